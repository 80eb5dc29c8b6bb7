import { OwnAccount } from "./own-account.tsx";

export default function AccountPage() {
  return <OwnAccount />;
}
