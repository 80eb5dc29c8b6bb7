import { Appearance } from "./appearance.tsx";

export default function AppearancePage() {
  return <Appearance />;
}
