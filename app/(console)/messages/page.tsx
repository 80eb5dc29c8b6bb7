import { Find } from "./find.tsx";

export default function MessagesPage() {
  return <Find />;
}
