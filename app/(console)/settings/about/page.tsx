import { FailedPage } from "../../../components/failed-page.tsx";
import { readAbout } from "../../../read/api.ts";
import { AboutConsole } from "./about-console.tsx";

export default async function AboutPage() {
  const about = await readAbout();
  return about.ok ? <AboutConsole about={about.value} /> : <FailedPage failure={about.failure} />;
}
