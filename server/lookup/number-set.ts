/**
 * A set of small numbers, one bit each. Ten thousand topics on hundreds of nodes are millions of pairs:
 * as entries of Sets they take half a gigabyte, as bits a few megabytes.
 */
const bitsPerWord = 32;
const none = new Uint32Array(0);

export class NumberSet implements Iterable<number> {
  #words = none;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(number: number): boolean {
    return ((this.#words[number >>> 5] ?? 0) & (1 << (number & 31))) !== 0;
  }

  /** Whether it was not there. */
  add(number: number): boolean {
    if (this.has(number)) return false;
    this.#reach(number >>> 5);
    this.#words[number >>> 5]! |= 1 << (number & 31);
    this.#size++;
    return true;
  }

  /** Whether it was there. */
  delete(number: number): boolean {
    if (!this.has(number)) return false;
    this.#words[number >>> 5]! &= ~(1 << (number & 31));
    if (--this.#size === 0) this.#words = none;
    return true;
  }

  /** Smallest first. What is added or deleted meanwhile may be met or not. */
  *[Symbol.iterator](): Iterator<number> {
    for (let word = 0; word < this.#words.length; word++) {
      for (let bits = this.#words[word]!; bits !== 0; bits &= bits - 1) {
        yield word * bitsPerWord + bitsPerWord - 1 - Math.clz32(bits & -bits);
      }
    }
  }

  #reach(word: number): void {
    if (word < this.#words.length) return;
    const longer = new Uint32Array(Math.max(2, 2 ** Math.ceil(Math.log2(word + 1))));
    longer.set(this.#words);
    this.#words = longer;
  }
}

/** Gives its members numbers as small as can be: a number is used again when its member has gone. */
export class Numbered<Member> {
  readonly #members: (Member | undefined)[] = [];
  readonly #free: number[] = [];

  add(make: (number: number) => Member): Member {
    const number = this.#free.pop() ?? this.#members.length;
    const member = make(number);
    this.#members[number] = member;
    return member;
  }

  at(number: number): Member {
    return this.#members[number]!;
  }

  remove(number: number): void {
    this.#members[number] = undefined;
    this.#free.push(number);
  }
}
