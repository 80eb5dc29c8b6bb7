import { useEffect, useState } from "react";

/** A page that nobody has looked at for so long stops watching. */
export const hiddenMaxMs = 10 * 60_000;

/** Whether nobody has looked at this page for so long. */
export function useForgotten(): boolean {
  const [isForgotten, setForgotten] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const seen = () => {
      clearTimeout(timer);
      if (document.hidden) timer = setTimeout(() => setForgotten(true), hiddenMaxMs);
      else setForgotten(false);
    };
    document.addEventListener("visibilitychange", seen);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, []);
  return isForgotten;
}
