/** Bytes to a port and back, where bytes matter. */
import { connect, type Socket } from "node:net";

export class RawConnection implements Disposable {
  readonly socket: Socket;
  received = "";
  ended = false;

  constructor(port: number) {
    this.socket = connect({ host: "127.0.0.1", port });
    this.socket.setEncoding("latin1").on("data", (text: string) => {
      this.received += text;
    });
    this.socket.on("close", () => {
      this.ended = true;
    });
    this.socket.on("error", () => {});
  }

  write(bytes: string | Buffer): void {
    this.socket.write(bytes);
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}
