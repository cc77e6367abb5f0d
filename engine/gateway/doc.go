// Package gateway owns the accounts: it steps a Desk for each against the one link.
//
// # Core and Shell
//
// The Core is pure: Step takes an Input and returns Outputs, and nothing else
// happens. The Shell is one goroutine with one select: it stamps what happens, writes
// it to the journal, steps the Core, and carries out what it says. Every decision can
// so be made again from the journal: see Replay.
//
// The journal is synced before a frame that can move money is written to the link.
// A journal that fails ends the run: nothing is traded unrecorded.
//
// # What is known, and how
//
// The broker tells nobody of fills; it answers questions, and every question costs
// a call of the same three a second that orders need. So:
//
//   - An order is looked at when a fill is likely: at once when a market order was
//     acknowledged, when the market comes to the price of a resting one, when the
//     account's realised profit or cash moves; then at growing intervals, and else
//     every Timing.Slow. One call answers for all orders where several are due. One
//     question is out at a time.
//   - The quantity filled and its average price are exact in money; see fills.
//   - Every Timing.Audit, at every connect and after every gap, all orders and all
//     positions are compared with what the Desk believes. A difference that stays in
//     two looks is booked as an adoption, and entries stop until a person says go on.
//   - The broker tells each account's profit and loss every second. Two in a row that
//     what is believed cannot explain begin such a comparison at once, within two or
//     three seconds of a trade by hand; while the answer is that all is right, the pause
//     between two such questions doubles up to Timing.Audit. No limit rests on the
//     figures.
//   - Orders that are not ours are adopted: counted by the gate, never touched but by
//     a kill. What they close of a strategy's position is closed for the strategy too.
//
// # Exactly once
//
// An order carries an id of ours: the journal's prefix, the account and the Desk's
// number. A call whose answer is lost leaves its order Unknown, which counts at full
// size, until a look-up by that id tells. It is never sent again. A call the broker
// refused for want of tokens did not happen: what protects, cancels or closes waits at
// the Desk again, which may take it back; anything else is turned down.
//
// # The budget
//
// Orders pay through the gate, questions through Budget, from the same bucket. A
// refusal means that somebody else spends from it: the bucket is drained, and the
// pause grows with every refusal in a row.
//
// # Going on
//
// Only when a comparison found nothing to explain, or explained it, do the desks
// hear that the link is up. Until then strategies are denied, and what protects and
// closes waits. The first question of a connection is which accounts the broker has, and
// it is asked again when something is missing that was there: an account that the broker
// does not have, or that is not connected in NinjaTrader, is neither compared nor traded,
// is asked for every Timing.Slow, and joins after a comparison when it is there. A broker that cannot
// answer that question has them all.
//
// # A kill
//
// A kill closes what the Desk believes and asks the broker for the rest: it begins a
// comparison, and whatever one finds is closed, too, until a comparison that began
// later than the kill finds the account flat. Only then is it called so. The pause
// between two doubles up to Timing.Audit. What a person does by hand after that is left
// alone until a kill is said again.
//
// # Time
//
// The Core's time is that of its inputs and does not go back. When the machine's clock
// is set back, by more than 10 s, people are told, and the Core's time goes on from where
// it was at half the clock's speed until the two agree, over restarts, too.
//
// # Checkpoints
//
// A Core at rest is replaced now and then by one that begins with its state (see
// AtRest). What a start after a crash must step again, and what the journal must keep,
// is so bounded by the newest checkpoint and not by the length of the run.
//
// # Looking
//
// View is what a Core knows, for people and for scripts. It copies what it returns,
// changes nothing and enters no decision or hash. It runs between two steps, on the
// Shell's goroutine, and takes about a tenth of a millisecond with fifty instruments
// (BenchmarkView): whoever looks must not look more often than a few times a second.
// What happened lately is kept as it happened and put into words only then; it is not
// part of the state, so it outlives checkpoints and not the program.
//
// # Bounds, and what happens at each
//
//   - Inputs between checkpoints: DefaultCheckpoint, and as many more as it takes until
//     nothing is under way.
//   - Ended orders remembered by ticket: 1024. Names of older ones are kept so that
//     they are not taken for somebody else's.
//   - Names of orders of no interest: 65536, then they are forgotten all at once.
//   - Refusals in a row on one link: 8, then the link is made anew.
//   - Look-ups in one audit: 16, rounds: 4; then it begins again after Timing.Retry.
//   - A frame that cannot be written within 5 s is given up, and its call is lost.
//   - A control request: 64 KB, 30 s.
//   - What happened lately: 64 fills and turns of orders, 32 kinds of denials; older
//     ones are forgotten, the counts go on.
//
// # Not promised
//
// The price of a single execution: fills that happened between two looks are told
// as one or two fills at their average. A trade by hand in an instrument that is not
// configured is seen as a position, stops entries, and is not counted. A live order
// of somebody else whose side the broker does not state is not counted until it fills.
package gateway
