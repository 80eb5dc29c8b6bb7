/** The pages of the settings, in their order. The words of each are `settings.section.<id>`. */
export const sections = [
  "auth",
  "users",
  "sessions",
  "tokens",
  "alerts",
  "retention",
  "appearance",
  "about",
] as const;
