import { Design } from "./design.tsx";

export default function DesignPage() {
  return <Design />;
}
