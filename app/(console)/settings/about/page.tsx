import { Failure } from "../../../components/failure.tsx";
import { readAbout } from "../../../read/api.ts";
import { AboutConsole } from "./about-console.tsx";

export default async function AboutPage() {
  const about = await readAbout();
  return about.ok ? <AboutConsole about={about.value} /> : <Failure failure={about.failure} />;
}
