/** What the console's own few pages say, in each language. A code stays as it is typed. */
import type { Locale } from "../contract/locale.ts";

/** Why signing in did not work: the link, the name or password, too many tries, or Postgres that does not answer. */
export type SignInFailure = "link" | "password" | "locked" | "busy" | "away";

interface PlainWords {
  readonly failures: Readonly<Record<SignInFailure, string>>;
  readonly signIn: {
    readonly title: string;
    readonly linkFailed: string;
    readonly why: string;
    readonly name: string;
    readonly password: string;
    readonly submit: string;
    readonly link: string;
    readonly newLink: string;
  };
  readonly onward: { readonly title: string; readonly go: string };
  readonly waiting: { readonly title: string; readonly text: readonly string[] };
  readonly starting: { readonly title: string; readonly text: readonly string[] };
}

const english: PlainWords = {
  failures: {
    link: "This link has been used, or is too old. Each link works once.",
    password: "That is not the name and password of anybody here.",
    locked: "Too many wrong passwords: wait a while before the next try. It takes longer each time.",
    busy: "Too many people sign in at this moment: try again.",
    away: "Postgres does not answer, and only it knows passwords. A sign-in link works without it.",
  },
  signIn: {
    title: "Sign in",
    linkFailed: "This link does not work any more",
    why: "Weir shows nothing without a session.",
    name: "Name",
    password: "Password",
    submit: "Sign in",
    link: "Or open the sign-in link that was printed when Weir was started, or the one that an admin gave you.",
    newLink: "To get another link, run this where Weir was started, with the console's own data path:",
  },
  onward: { title: "One moment", go: "Go on to the console" },
  waiting: {
    title: "Waiting for Postgres",
    text: [
      "You are signed in again as soon as Postgres answers. This page goes on by itself.",
      "The console was started a moment ago, and only Postgres knows who was signed in before. Nodes, consumers and producers are not affected.",
      "A new sign-in link works without Postgres. Run this where Weir was started:",
    ],
  },
  starting: {
    title: "Starting",
    text: [
      "The pages are being started. This page tries again by itself.",
      "Nodes, consumers and producers are not affected.",
    ],
  },
};

const chinese: PlainWords = {
  failures: {
    link: "此链接已被使用或已过期。每个链接只能使用一次。",
    password: "用户名或密码不正确。",
    locked: "密码错误次数过多：请稍后再试，每次等待的时间会更长。",
    busy: "此刻登录的人过多，请重试。",
    away: "Postgres 没有响应，而密码只有它能核对。登录链接无需 Postgres 即可使用。",
  },
  signIn: {
    title: "登录",
    linkFailed: "此链接已失效",
    why: "没有登录会话，Weir 不显示任何内容。",
    name: "用户名",
    password: "密码",
    submit: "登录",
    link: "也可以打开 Weir 启动时打印的登录链接，或管理员给您的链接。",
    newLink: "如需新的链接，请在启动 Weir 的机器上运行以下命令，并使用控制台自己的数据目录：",
  },
  onward: { title: "请稍候", go: "继续前往控制台" },
  waiting: {
    title: "正在等待 Postgres",
    text: [
      "Postgres 恢复响应后，您将自动重新登录。本页会自动继续。",
      "控制台刚刚启动，只有 Postgres 知道之前谁已登录。节点、消费者和生产者不受影响。",
      "新的登录链接无需 Postgres。请在启动 Weir 的机器上运行：",
    ],
  },
  starting: {
    title: "正在启动",
    text: ["页面正在启动，本页会自动重试。", "节点、消费者和生产者不受影响。"],
  },
};

/** The pseudo-language has no pages of its own here. */
export const plainWords: Readonly<Record<Locale, PlainWords>> = { en: english, zh: chinese, xa: english };
