// Package worker is the shell of a strategies.Runner: one goroutine with one select
// that takes events from the bus, fires timers, lets new versions of scripts in,
// records what it does and beats its heart.
//
// # Order
//
// The Runner is stepped with the messages of its account's feed in the order they
// were published. A timer fires before the first event that is not before it, or by
// the worker's clock when none comes, the older first. Requests and new versions
// are looked for before each event, so a version that is ready runs at the latest
// from the second event after. The time of what the Runner is stepped with never goes
// back: an event that says less than one before it is given that one's time.
//
// # The start, and gaps
//
// A worker begins by asking the gateway for the state of its instances (Resync),
// and again every second until each has got its Snapshot. Until then no strategy
// hears anything: market events and P&L are passed over, so are updates for an
// instance that waits itself, since the Snapshot that follows them holds what became
// of them, and timers wait; the newest state of the link is told afterwards. The same
// happens when a message is missing or cannot be read, when the queue overflowed,
// when an intent could not be published and when the Desk says that one did not
// arrive. Since no strategy acts between its question and its answer, the numbers of
// intents go on from the Desk's without a hole. OnOrder and OnFill are not called for
// what a Snapshot made good.
//
// An instance begins, OnStart, just before the first thing it is told after that,
// as in a backtest: a quote of its instrument, or an update, P&L or the state of the link
// that comes sooner.
//
// # Recording
//
// Every input is handed to Config.Record before the Runner is stepped with it, with
// the digest of all commands before; every source before its first use. Replay steps
// a fresh Runner through what was recorded and names the first input at which the
// digest differs. When Record fails the worker ends at once, without stepping:
// nothing is decided unrecorded. The payloads are a format of one version of the
// program, which Open records.
//
// # New versions
//
// A script's files are watched with script.Reloader, as in a backtest; Reload asks
// for the same at a person's word and says what came of it. A candidate takes the
// place of every instance of the script or of none, after a shadow run when one is
// configured. Of two that are ready the newer counts, and who asked for the older hears
// what came of the newer. Rollback brings the version before the newest back.
//
// # Bounds
//
// Timers are bounded by the Runner, the feed by its subscription, waiting requests
// by bus.MaxWaiting. A reason of a rollback is cut at 1000 bytes. A handler that hangs is
// ended by script.Guard, when one is configured; until then the worker neither takes
// events nor beats, and requests end with their context.
//
// # The end
//
// When its context ends, the worker tells every instance (OnStop), publishes what
// they want, records the digest and sends a last heartbeat. When the feed is closed it does
// the same and returns ErrFeedClosed.
//
// # Not promised
//
// That news reaches anybody. That a stop of a handler by script.Guard happens again
// in a replay at the same place of the handler: it is made by a clock. Timers follow
// the worker's clock and events the gateway's; on two machines the clocks must agree
// for bars to close where their quotes end.
package worker
