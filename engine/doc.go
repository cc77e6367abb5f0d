// Package engine holds the words of Tollgate and the Desk. It is pure: no clock,
// goroutine, lock, file, socket, environment or random number, and no map is
// iterated into anything that can be observed. It imports nothing else of ours.
//
// # Words
//
// A Price is a whole number of ticks of its Instrument, Money a whole number of
// 1e-8 units of account currency, Nano the exact bridge between decimal text and
// ticks. What does not convert exactly is an error (ErrOffTick, ErrBadNumber,
// ErrRange), never a rounding. Decimals exist only at the doors; float64 only in
// methods named Float, for scripts and statistics. Time is nanoseconds since 1970
// UTC and arrives in events. NoPrice, UnknownQty and NoTime mark what is absent;
// zero is a value.
//
// # The Desk
//
// A Desk owns one account: its orders, positions, profit and loss. There is one
// Desk per account; several strategy instances (Member) share it, each with a
// ledger of its own. Step takes one event and returns commands; nothing else
// happens.
//
// Concurrency: a Desk, its Book and its Universe belong to one goroutine. Step
// never blocks. What it returns is valid until the next Step, and so is what the
// commands point to; a Publish points to the quote that Step was given.
//
// Order: events must not go back in time; those of one time are taken in the
// order given. Commands are to be carried out in the order returned. Updates of
// one strategy are numbered 1, 2, 3 ... without gaps. Intents of one strategy
// must be, too: a repeat is dropped in silence, and after a gap every intent is
// denied (SequenceGap) until the missing one arrives.
//
// Step allocates nothing for a quote.
//
// # Requests and permits
//
// Everything asked of the broker is a Request, judged by the Gate. Its yes is a
// Permit, which covers that very request and no other: place, change and cancel,
// closing orders of the Desk included. A Send cannot be made without one, and
// checks it once more when it is opened at the wire. A Permit is made by Grant,
// which only package risk may call. Because this package may import nothing of
// ours, the type alone cannot enforce that; a test of the tree does.
//
// A strategy's submit or change for which there are no tokens is denied, with the
// time at which asking again can help; with DeskConfig.EntryWait it waits that long
// first. Protection, cancels and closing orders wait as long as it takes, the most
// urgent Class first, then the oldest, and always go before new entries.
//
// What waits is judged again by every rule when its turn comes, and an exit that would
// close more than is held by then is denied (Outlived). A newer change of an
// order takes the place of one that waits and waits no longer than that; a cancel
// takes back a change, or an order, that was never sent. A strategy's wish is not sent
// after its wait, and when the link goes down it is denied.
//
// # Link, mode, and what others did
//
// A Desk begins with its link up and its mode Active. While the link is down nothing
// is sent: submits and changes of strategies are denied (LinkIsDown), the rest waits
// and goes out when the link is up.
//
// ReduceOnly and Killed are judged by the gate. A kill cancels every order and closes
// every position, those of Manual included, each time it is said. Its cancels go out as
// one CancelOrders when there are several and every open order is to end; nothing but a
// kill sends that, for the broker's call takes orders by hand as well that we have not
// heard of yet. What strategies' orders fill later is closed, too; what a person does
// by hand after a kill is left alone until a kill is said again.
//
// An Adoption becomes an order of the strategy instance Manual of its instrument,
// which joins when it is first needed: the gate counts it, and only a kill ends it.
// What it fills closes, as far as it takes the account nearer to flat, first what Manual
// holds and then what strategies hold, in the order in which they joined; the rest is
// Manual's. A strategy hears of its part as a fill of an order it did not place, and its
// brackets are cut: whoever sells by hand what a strategy bought has closed it, and a
// stop or an exit left behind would open what nobody wants.
// Its money is exact, at two neighbouring prices at most. One without a size, larger
// than MaxQty, or filled beyond its size is counted in Ignored.
//
// # State
//
// AppendState writes everything a Desk knows, RestoreState makes a new one what it
// was: the same events then give the same commands, the same hash and the same
// OrderIDs going on. Timers that are armed are the shell's to keep. Instruments may
// have other numbers than they had; what concerns one that is not there any more is
// dropped, its loss and the numbers of its orders excepted. A state that is damaged or
// of another version is ErrMessage and changes nothing; one forged with care can hold
// wrong numbers, but none that leads outside.
//
// # Orders
//
// The life of an order is the table in lifecycle.go. A report that makes no sense
// in its order's state is counted (Desk.Ignored) and changes nothing. A fill of a
// known order is always booked, whatever the state: money moved. Fills carry no
// number of their own, so the shell must not deliver one twice.
//
// Unknown is a state: a request got no reply. Until a report tells the truth, the
// order counts at full size in Book.Worst, a flattening waits for it, and nothing
// is sent again in its place.
//
// A bracket lives at the Desk and works while the script does not. Its children
// are sized to what the entry has filled and nobody has closed; a child that is refused, or whose size
// is refused, is replaced by closing the rest at market. A child that a person or
// the script cancelled stays cancelled. A flattening first ends every open order
// and closes the position only when the last of them is known to be gone.
//
// An exit (ClassExit) is no larger than what is left of the position after the
// other exits of the strategy that are open. Anything else may open a position
// and is an entry: a change that grows an order, a change of an exit whose position is
// gone, and an order with a bracket.
//
// # Reduce-only
//
// The children of a bracket never work for more than what its strategy instance
// holds on the side they protect. The broker has no reduce-only orders; the Desk cuts
// after every fill, whatever filled: an exit, another bracket, a flattening.
//
//   - Contracts that no bracket protects are closed first; then the newest bracket is
//     cut, then the one before: the oldest keeps its place at the venue. Children
//     are changed to the smaller size, and cancelled when nothing is left. One that
//     still waits for a token is taken back.
//   - What is cut stays cut. Contracts opened later are not the bracket's, except those
//     its own entry still fills: they are protected anew.
//   - An entry that first closes a position the other way protects what it opens.
//   - A plain exit goes out at once, and its bracket works until it fills: the position
//     is never bare. Flatten is the other order: it cancels first, and closes when the
//     last order is known to be gone. Use it to leave altogether.
//   - Only the strategy's own book counts. What other strategies hold, or Manual,
//     neither frees its children nor cuts them.
//   - Plain orders are not cut: what a script placed is the script's to cancel. Only
//     exits that a closure by somebody else leaves nothing to close are cancelled.
//
// Until a fill is known and its cancel has arrived, a child can fill all the same; so
// can both legs, or a market exit that a child outran and an order that replaces
// refused protection. Such a fill is booked, its surplus is counted (Desk.Overruns) and
// told to the strategy as a Denial with code Overrun, and the surplus is closed at
// market, or by the flattening under way. Until that is done the strategy's orders on
// the closing side are denied (Flattening), so that nobody closes it twice.
//
// # Bounds, and what happens at each
//
//   - Ended orders remembered: 1024. Reports and intents about older ones find no
//     order: the report is counted in Ignored, a fill in it is not booked; the
//     intent is denied (UnknownRef).
//   - Requests waiting for tokens: 256. Beyond that the last wish of a strategy that
//     waits is denied; without one, the new request is refused and the strategy told,
//     and an order that was to protect is replaced by closing at market.
//   - Closing orders of one flattening or one bracket: 3. A flattening then ends and
//     says so with a denial; a bracket leaves the rest to the strategy, which has been
//     told of every order that ended.
//   - Cancels sent again in one flattening: 8. It then ends, with a denial.
//   - Orders that close what a child opened, in a row: 3. Then it is left to the
//     strategy, which is told (Overrun).
//   - Cancels a bracket sends for the same children: 8. Then the strategy is told
//     (Overrun); what they fill is closed.
//   - Refused changes of a bracket's child in a row: 3. The rest is closed at market.
//   - Contracts in one order: MaxQty. More is denied (BadTerms).
//   - Instruments in a Universe: 65536. Add fails.
//   - Open orders: none of the Desk's own; the gate bounds them by max_working_orders
//     and by tokens.
//   - Timers: at most one for the queue, one for the end of a wait and one for profit
//     and loss at any time.
//
// # The hash
//
// Every command is folded into a rolling 64-bit digest as it is emitted, all of
// its contents, in order. Two runs agree on it only if every decision was the
// same, up to a collision; it is no defence against someone who looks for one.
// The reason of a Halt and of a rollback are left out: an interpreted and a
// compiled strategy word the same fault differently. The digest is not promised
// to stay the same from one version of the program to the next.
//
// # Profit and loss
//
// A position is marked where it could be closed: long at the bid, short at the
// ask, else at the last trade; without any of them the last valuation stands.
// Realised profit is exact: the cost that a partial exit takes out is rounded to
// 1e-8 and what rounding leaves stays in the position, so from flat to flat it is
// proceeds minus cost to the unit. The account nets its strategies; their realised
// and unrealised profits may split differently from its own, their cash does not.
// A session's profit is the change of equity since it began, so a position carried
// over the break counts from its mark then.
//
// # Not promised
//
// Money does not detect overflow beyond 92 billion. Exchange holidays are not in
// the calendars. Positions that exist at the broker before the run are known only
// once the shell adopts them.
// Several strategies net in one account: flattening one of them always passes, and
// can leave the account larger than its limit on the other side.
// A child that fills before its cancel arrives has traded: what closing it costs is
// lost. The sibling of a child that is done is left to the venue's OCO; when that is
// late, both fill, and the surplus is closed. When a child ends while its entry goes on
// filling, or when the venue takes one down for what the other has filled in part (it
// was still to grow, or the venue ends a group with its first fill), both are placed anew
// once the other is known to be gone: until then those contracts have no stop. Who
// cancels at the broker one child of a bracket whose other has filled in part sees both
// again, once. Children whose Desk lost its state are adopted like
// anybody's orders: nothing cuts them but a kill.
package engine
