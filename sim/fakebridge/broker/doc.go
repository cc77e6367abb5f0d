// Package broker is the pretend broker behind the simulated bridge, as a pure
// machine: the protocol's messages, calls and limits, accounts, orders and
// executions, every documented shape, the vendor's unknowns as quirks, and faults.
// It has no socket, clock or goroutine: the shell (package fakebridge) hands it
// what arrives with the time, and does what it returns.
//
// # Contract
//
// A Broker belongs to one goroutine. Its methods never block and may be called in
// any order. Same configuration and same calls make the same bytes.
//
// Every method takes a Now, which has two clocks. The market's is the recording's:
// quotes, fills, sessions, the pace of the streams and every time stamp go by it.
// The clock of the limits is that by which the budget, the windows of 60 seconds,
// the delays and the timed faults go. Neither goes back; an earlier moment counts
// as the last one. What has become due by the new moment is done first, in the
// order it is due.
//
// The Outs that a method returns are to be carried out in order.
//
// # The link
//
// There is one connection. A newer one closes the older with 1008. At most
// UpgradeLimit upgrades of one address are let through to be judged in any 60
// seconds; an attempt that is refused with 429 does not count against the next, one
// that is refused for its key does. A connection keeps its subscriptions, its P&L
// stream, its window of management messages and its row of violations; all of it
// ends with it.
//
// # Limits
//
// A call takes one token of a bucket of BudgetBurst that gains BudgetRate a second,
// shared by WebSocket and REST. Without a token the call is refused and not
// executed. MaxViolations refusals in a row are borne, the next one closes the link
// with 1008; an accepted call or management message ends the row. Refusals over
// REST are in no row. Unknown functions and calls without the add-on cost a token
// like any other. Without the add-on nothing is streamed either.
//
// # Orders
//
// Every account has a venue of its own (package sim/venue), so accounts do not
// compete for size. An order is checked, given an id, and handed to the venue at
// once or after the latency of the quirk. It keeps three ids, which all name it:
// the one returned, the one shown in lists, and the caller's. What the venue refuses
// is answered with an error and stays listed as Rejected. A full close cancels the
// instrument's orders first. Positions are carried at average cost; realised profit
// is exact from flat to flat and counts from the start of the run, not of the
// session.
//
// There are no ATM templates and so no strategies: a template's name is refused.
//
// # Bounds
//
// MaxOrders orders in a run: the next is refused. MaxDelayed things put off: a
// reply beyond is lost, and counted as lost; an order beyond is not delayed.
// MaxSubscribed names of a connection: further ones are ignored. Minute bars of an
// instrument: at least the last 5000. Lines of one order's life: 200. Memory grows
// with orders and executions and not with quotes.
//
// # Not promised
//
// Amounts carry the noise of a double unless the quirk takes it off; the ledger is
// exact. Margin is not modelled. The shapes that no vendor page shows (the lifecycle,
// the tail of orders and executions, the fields of a P&L account) are assumptions.
package broker
