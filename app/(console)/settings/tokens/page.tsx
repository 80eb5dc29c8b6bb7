import { Tokens } from "./tokens.tsx";

export default function TokensPage() {
  return <Tokens />;
}
