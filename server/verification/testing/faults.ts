/** Ways to spoil a good history, each of which the checker has to find. */
import type { InvariantId } from "../invariants/invariant.ts";
import {
  again,
  attempts,
  changing,
  earlyPublish,
  earlyRequeue,
  ends,
  epochBack,
  finishedAgain,
  forgottenAttempt,
  formerOwner,
  lateChannel,
  left,
  listed,
  madeUp,
  noAnswer,
  notAdopted,
  oldEpoch,
  type Plant,
  refused,
  sameId,
  slowed,
  twice,
  unfinished,
  unread,
  without,
} from "./plants.ts";

interface Fault {
  readonly breaks: InvariantId;
  readonly what: string;
  readonly plant: Plant;
}

export const faults: readonly Fault[] = [
  {
    breaks: "I1",
    what: "an acknowledged message never comes",
    plant: (events, random) => without(events, random, "all"),
  },
  {
    breaks: "I1",
    what: "it does not come on one channel",
    plant: (events, random) => without(events, random, "one"),
  },
  {
    breaks: "I7",
    what: "of two channels one does not get it",
    plant: (events, random) => without(events, random, "one"),
  },
  { breaks: "I1", what: "it is gone before it was finished", plant: unfinished },
  {
    breaks: "I1",
    what: "its FIN was never read, and it is gone",
    plant: unread,
  },
  {
    breaks: "I1",
    what: "it came, is finished by nobody, and is not among what is left",
    plant: (events, random) => {
      const spoilt = unfinished(events, random);
      return spoilt && listed(spoilt);
    },
  },
  { breaks: "I7", what: "a channel made just before the publish does not get it", plant: lateChannel },
  {
    breaks: "I2",
    what: "a body has other bytes",
    plant: changing("deliver", (event) => ({ ...event, hash: "other" })),
  },
  {
    breaks: "I2",
    what: "nobody published it",
    plant: changing("deliver", (event) => ({ ...event, uid: "ghost" })),
  },
  { breaks: "I2", what: "one id is two messages", plant: sameId },
  { breaks: "I2", what: "what was refused is delivered", plant: refused },
  {
    breaks: "I2",
    what: "it comes from another topic",
    plant: changing("deliver", (event) => ({ ...event, topic: "elsewhere" })),
  },
  {
    breaks: "I2",
    what: "it comes before it was published",
    plant: changing("deliver", (event) => ({ ...event, t: 0 })),
  },
  { breaks: "I3", what: "it comes again for no reason", plant: again },
  { breaks: "I3", what: "one publish is two messages", plant: twice },
  { breaks: "I4", what: "an attempt is left out", plant: (events, random) => attempts(events, random, 1) },
  { breaks: "I4", what: "an attempt comes twice", plant: (events, random) => attempts(events, random, -1) },
  { breaks: "I4", what: "a recorded attempt is forgotten", plant: forgottenAttempt },
  {
    breaks: "I5",
    what: "what was finished comes again",
    plant: (events, random) => finishedAgain(events, random, "same"),
  },
  {
    breaks: "I5",
    what: "a crash undoes more than its window",
    plant: (events, random) => finishedAgain(events, random, "adopter"),
  },
  { breaks: "I6", what: "an old epoch's write takes effect", plant: oldEpoch },
  { breaks: "I6", what: "an epoch goes back", plant: epochBack },
  { breaks: "I6", what: "the former owner goes on delivering", plant: formerOwner },
  { breaks: "I8", what: "a deferred publish comes early", plant: earlyPublish },
  { breaks: "I8", what: "a deferred requeue comes early", plant: earlyRequeue },
  { breaks: "I9", what: "the audit misses an end", plant: (events, random) => ends(events, random, 0) },
  { breaks: "I9", what: "the audit has too many ends", plant: (events, random) => ends(events, random, 4) },
  { breaks: "I9", what: "the audit has an end that nobody made", plant: madeUp },
  { breaks: "I10", what: "a producer has no answer", plant: noAnswer },
  { breaks: "I10", what: "a dead node is not adopted", plant: notAdopted },
  { breaks: "I10", what: "something is left at the end", plant: left },
  {
    breaks: "I11",
    what: "a limit is passed",
    plant: changing("gauge", (event) => ({ ...event, value: event.max + 1 })),
  },
  { breaks: "I12", what: "others feel it", plant: (events) => slowed(events, ["steady"]) },
];
