import type { Page, WebSocketRoute } from "@playwright/test";

/** What a page hears the console by, in the test's hands; all else goes on. */
export class Line {
  #socket: WebSocketRoute | undefined;
  #isCut = false;

  static async of(page: Page): Promise<Line> {
    const line = new Line();
    await page.routeWebSocket(/\/socket\.io\//, (socket) => line.#opened(socket));
    return line;
  }

  /** The page comes back soon by itself: until `mend` each further attempt ends as it begins. */
  async cut(): Promise<void> {
    this.#isCut = true;
    await this.#socket?.close();
  }

  mend(): void {
    this.#isCut = false;
  }

  #opened(socket: WebSocketRoute): void {
    if (this.#isCut) {
      void socket.close();
      return;
    }
    socket.connectToServer();
    this.#socket = socket;
  }
}
