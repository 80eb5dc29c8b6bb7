import { Sessions } from "./sessions.tsx";

export default function SessionsPage() {
  return <Sessions />;
}
