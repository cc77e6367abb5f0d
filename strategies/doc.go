// Package strategies is what a strategy script sees, and the Runner that owns
// strategy instances.
//
// # For authors of strategies
//
// A strategy is one Go package that imports this one. It declares parameters,
// bars and indicators as package variables, keeps its state in package variables,
// and defines the handlers it needs:
//
//	OnStart(ctx *Context)              the run begins
//	OnStop(ctx *Context)               the run ends, or the strategy asked to stop
//	OnQuote(ctx *Context, q *Quote)    bid or ask were stated anew (on a feed without a book: the last price)
//	OnTrade(ctx *Context, t *Trade)    a trade happened in the market
//	OnBar(ctx *Context, b *Bar)        a bar has closed, never before
//	OnOrder(ctx *Context, o *Order)    one of its orders moved, or was denied
//	OnFill(ctx *Context, f *Fill)      one of its orders was filled
//	OnPnL(ctx *Context, p *PnL)        the account's profit and loss moved
//	OnTimer(ctx *Context, t *Timer)    a timer it asked for fired
//	OnLink(ctx *Context, l *Link)      the connection to the broker came or went
//
// Each strategy runs once for every instrument it is given, as an instance with
// variables, indicators and orders of its own: ctx is always about one instrument.
//
// Before a handler runs, its instance's lines and bars are up to date, and every
// field of ctx is written anew. A bar closes before anything else that happens at
// its end; of bars that close together all are closed before the first OnBar. A
// snapshot that holds a trade is a quote first and a trade after it. Scripts read fields on every event and call methods
// to act. Prices are in points; one that is unknown is NaN, so that every
// comparison with it is false. An order price must lie on the tick grid within a
// ten-thousandth of a tick (Round, RoundDown, RoundUp), or it is denied.
//
// # Brackets
//
// The stop and the target of BuyBracket, SellBracket or a Ticket live at the engine and
// never work for more than the strategy holds on their side. Whatever closes contracts
// (Target, Sell, another bracket, Flatten), those without a bracket count as closed
// first, then those of the newest bracket; its orders shrink, and are cancelled when
// nothing is left. Contracts bought later are not theirs.
//
// There are two ways out. Target(0), or a plain order, goes to the market at once while
// the bracket still works, and the bracket goes when it has filled: never without a
// stop, and fast. Flatten cancels first and closes when everything is gone: never turned
// around, and slower by the time of one cancel. In the first, the stop can fill in the
// moment before its cancel arrives. Then OnOrder says so with the Code "overrun", and
// the engine closes the surplus at market; until it has, orders of the strategy on that
// side are denied ("flattening"). Limit and stop orders that a script placed itself are
// not part of a bracket and stay until it cancels them.
//
// # New versions
//
// A script can be edited while it runs. The new version takes over between two
// events: orders, position and named timers stay, lines are warm, exported package
// variables are carried over by name and type; a field that is new begins as the new
// source says, in the elements of a slice or a map with zero. An exported variable of
// plain values that no code changes is a setting, and is what the new source says.
// What changed its shape or its name starts anew, unless the script says how to read it:
//
//	func Migrate(old *strategies.State) { S.Average = old.Float("S.Mean") }
//
// What starts anew or is left behind is named when the new version has taken over.
// A panic in Migrate refuses the new version, and the old one goes on. OnStart is
// not called again.
//
// When the program itself is started again, variables begin anew; position and open
// orders live on at the broker. OnStart finds them in ctx.Position and ctx.Orders, and
// is where a strategy takes up its own again: see examples/quoter.
//
// # What bars are made of
//
// Trades, with their sizes (an unknown size counts 0). In a feed of snapshots a
// trade is inferred when the cumulative volume grows: its price is the last, its
// size the growth. Until an instrument has traded, the middle of the book stands in
// with volume 0, so that a feed without trades has bars too. A bar closes at its
// end, by a timer, not with the next trade. OnBar comes after the OnTrade of the
// trade that filled a bar.
//
// # The Runner
//
// Runner is a pure machine like the Desk: Step takes an event and returns commands.
// Instances see an event in the order they joined. A panic in a handler stops that
// instance alone, and its orders are flattened or left as configured; brackets live
// at the Desk and go on either way.
//
// OnOrder and OnFill can still come after OnStop at the end of a run, for what was
// asked in it. A strategy that has stopped itself or panicked hears nothing more.
//
// Bounds: 100 named timers, at most 1000 with those stopped before they were due,
// the 64 newest ended orders for each instance, MaxIntents orders, changes and cancels
// in one call of a handler; open
// orders are bounded by the gate.
//
// # Not promised
//
// A strategy that runs for a long time in one handler holds up the others of its
// Runner. What a script writes into the fields of a line or of ctx is lost or hurts
// only itself.
package strategies
