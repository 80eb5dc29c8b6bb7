import { redirect } from "next/navigation";
import { paths } from "../../paths.ts";

export default function SettingsPage() {
  redirect(paths.settings("appearance"));
}
