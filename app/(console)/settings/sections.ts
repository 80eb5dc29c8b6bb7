/** The pages of the settings, in their order. The words of each are `settings.section.<id>`. */
export const sections = ["appearance", "about"] as const;
