package strategies

import (
	"strings"

	"tollgate/engine"
	"tollgate/strategies/indicator"
)

// instance is one strategy on one instrument: its program, what it sees, and
// what it has out. Handlers are given copies; view is the truth they are made from.
type instance struct {
	id      engine.StrategyID
	runner  *Runner
	prog    *Program
	in      *engine.Instrument
	onPanic OnPanic
	halted  bool
	halting string // reason to stop after this handler

	now engine.Time
	market
	local localClock

	quiet  bool   // warming lines: no handler, no timer
	number uint64 // of the event in the Runner's history; 0 = none is kept

	former     *version // what runs again after a rollback; nil = nothing to go back to
	guard      Guard
	guardUntil engine.Time
	denials    int

	view    Context
	holding engine.Holding
	seq     uint64
	before  uint64 // seq when the handler was called
	ref     engine.Ref
	open    []Order
	ended   []Order // the newest ended ones, oldest first
	timers  []*scriptTimer

	*seat
}

// seat is what handlers are given: memory of its own, which does not lead back to
// the instance between two handlers. A script may keep what it was given for as long
// as it lives, and must not keep its Runner alive with it.
type seat struct {
	ctx   Context
	quote Quote
	trade Trade
	bar   Bar
	order Order
	fill  Fill
	pnl   PnL
	timer Timer
	link  Link
}

// market is what an instance knows of its instrument's market.
type market struct {
	top    engine.Top
	volume engine.Qty // cumulative, as last stated
	traded bool       // a trade was ever seen
	booked bool       // a book was ever stated
}

// keepEnded is how many ended orders Context.Order still knows.
const keepEnded = 64

func newInstance(r *Runner, id engine.StrategyID, p *Program, in *engine.Instrument, onPanic OnPanic) *instance {
	i := &instance{id: id, runner: r, prog: p, in: in, onPanic: onPanic, now: engine.NoTime, market: market{top: engine.NewTop(), volume: engine.UnknownQty}, seat: &seat{}}
	i.local.calendar = in.Calendar
	i.view = Context{
		Instrument: in.Key, Bid: nan, Ask: nan, Last: nan, BidSize: -1, AskSize: -1, AveragePrice: nan,
		Tick: in.TickFloat(), TickValue: in.TickValue.Float(), PointValue: in.Point.InexactFloat64(), Fee: in.Fee.Float(),
		Cash: r.cfg.Balance.Cash.Float(), Equity: r.cfg.Balance.Equity.Float(),
		host: i,
	}
	return i
}

// moveTo moves the instance's time on, never back: a timer may come late.
func (i *instance) moveTo(t engine.Time) {
	t = max(t, i.now)
	i.now = t
	i.local.move(t)
	i.view.Time, i.view.TimeOfDay, i.view.Date = int64(t), i.local.second, i.local.session.Date
}

// price is a price of the instrument for the script: NaN when unknown.
func (i *instance) price(p engine.Price) float64 {
	if !p.Known() {
		return nan
	}
	return i.in.Float(p)
}

// onQuote brings prices, lines and bars up to date and calls handlers: OnBar for
// bars that are over, OnQuote when the book was stated (or, on a feed without
// books, when a trade moved Last), OnTrade for a trade, OnBar for bars the trade
// filled. A handler that ends the program's run ends the event for it.
func (i *instance) onQuote(q *engine.Quote) {
	if i.halted {
		return
	}
	prog := i.prog
	i.moveTo(q.At)
	i.closeBars(i.number - 1) // this event is not in them
	if !i.runs(prog) {
		return
	}
	i.see(q)
	price, size, isTrade := i.tradeIn(q)
	if q.Kind == engine.QuoteChange || !i.booked {
		i.quoteLines()
		if i.prog.Handlers.OnQuote != nil {
			i.quote = Quote{
				Time: i.view.Time, Bid: i.view.Bid, Ask: i.view.Ask, Last: i.view.Last,
				BidSize: i.view.BidSize, AskSize: i.view.AskSize, Volume: int(i.volume),
			}
			i.call(onQuote)
			if !i.runs(prog) {
				return
			}
		}
	}
	if isTrade {
		i.onTrade(price, size)
	} else if !i.traded && i.top.TwoSided() {
		i.fillBars((i.view.Bid+i.view.Ask)/2, 0)
	}
}

// runs reports whether a program still is the instance's and has not been stopped.
func (i *instance) runs(p *Program) bool { return !i.halted && i.prog == p }

// see folds a market event into the view.
func (i *instance) see(q *engine.Quote) {
	i.top.Apply(q)
	i.booked = i.booked || q.Kind == engine.QuoteChange
	v := &i.view
	v.Bid, v.Ask, v.Last = i.price(i.top.Bid), i.price(i.top.Ask), i.price(i.top.Last)
	v.BidSize, v.AskSize = int(i.top.BidSize), int(i.top.AskSize)
	if v.Position != 0 {
		v.Profit = i.holding.Unrealized(i.top.Mark(i.holding.Position), i.in).Float()
	}
}

// tradeIn finds the trade in a market event: a print, or, in a feed of snapshots,
// what the cumulative volume grew by. A size that is not known counts as 0.
func (i *instance) tradeIn(q *engine.Quote) (price float64, size engine.Qty, ok bool) {
	if q.Kind == engine.TradePrint {
		if q.Volume != engine.UnknownQty {
			i.volume = q.Volume // the next snapshot must not show this trade again
		}
		return i.price(q.Last), max(q.LastSize, 0), q.Last != engine.NoPrice
	}
	if q.Last == engine.NoPrice || q.Volume == engine.UnknownQty {
		return 0, 0, false
	}
	grown := q.Volume - i.volume
	first := i.volume == engine.UnknownQty
	i.volume = q.Volume
	if first || grown <= 0 {
		return 0, 0, false // the volume so far, or a new session's, is no trade of now
	}
	return i.price(q.Last), grown, true
}

func (i *instance) quoteLines() {
	g := &i.prog.Setup.graph
	put(g.bid, i.view.Bid)
	put(g.ask, i.view.Ask)
	put(g.mid, (i.view.Bid+i.view.Ask)/2)
	g.quotes.run()
}

func (i *instance) onTrade(price float64, size engine.Qty) {
	i.traded = true
	prog := i.prog
	g := &prog.Setup.graph
	put(g.last, price)
	if g.vwap != nil {
		g.vwap.UpdateTrade(price, float64(size), i.view.Date)
	}
	g.trades.run()
	if prog.Handlers.OnTrade != nil {
		i.trade = Trade{Time: i.view.Time, Price: price, Size: int(size)}
		i.call(onTrade)
	}
	if i.runs(prog) {
		i.fillBars(price, float64(size))
	}
}

// closeBars closes the bars that are over by now. Every event begins with it, so
// that a bar is closed before anything else that happens at its end, whichever
// timer fires first. seen is the newest event that can be in them.
func (i *instance) closeBars(seen uint64) {
	closed := false
	for _, b := range i.prog.Setup.graph.streams {
		if end := b.build.NextClose(); end != engine.NoTime && end <= i.now {
			b.build.Advance(i.now)
			closed = i.take(b, seen) || closed
		}
	}
	if closed {
		i.tellBars()
	}
}

// fillBars adds a price to every stream of bars. It closes those that it fills:
// the ones that were over are closed already.
func (i *instance) fillBars(price, size float64) {
	closed := false
	for _, b := range i.prog.Setup.graph.streams {
		if i.number < b.from {
			continue
		}
		if b.build.Add(i.now, price, size) > 0 {
			closed = i.take(b, i.number) || closed
		}
		i.armBars(b)
	}
	if closed {
		i.tellBars()
	}
}

// take brings everything that hangs on a stream up to date with the bar it has
// just closed, and reports whether there is something to tell.
func (i *instance) take(b *stream, seen uint64) bool {
	for _, bar := range b.build.Closed() {
		if b.skip {
			b.skip = false
			continue
		}
		b.closed(bar)
		b.untold = true
		if i.runner.cfg.History > 0 {
			b.keep(bar, seen)
		}
	}
	return b.untold
}

// tellBars calls OnBar for the bars that have just closed, when all of them are
// up to date, in the order of declaration.
func (i *instance) tellBars() {
	prog := i.prog
	for _, b := range prog.Setup.graph.streams {
		if !b.untold {
			continue
		}
		b.untold = false
		if prog.Handlers.OnBar != nil && i.runs(prog) {
			i.bar = barOf(b.name, &b.current)
			i.call(onBar)
		}
	}
}

func barOf(name string, b *indicator.Bar) Bar {
	return Bar{
		Name: name, Start: int64(b.Start), End: int64(b.End), Open: b.Open, High: b.High, Low: b.Low,
		Close: b.Close, Volume: b.Volume, Trades: b.Trades,
	}
}

// armBars sets a timer for the end of the bar in the making, so that a bar closes
// at its end and not with the next trade.
func (i *instance) armBars(b *stream) {
	if end := b.build.NextClose(); end != engine.NoTime && end != b.armed && !i.quiet {
		b.armed = end
		i.runner.setTimer(end, timerUse{instance: i, bars: b})
	}
}

func (i *instance) onPnL(p *engine.PnL) {
	if i.halted {
		return
	}
	i.moveTo(p.At)
	i.view.Cash, i.view.Equity = p.Balance.Cash.Float(), p.Balance.Equity.Float()
	i.closeBars(i.number)
	if i.prog.Handlers.OnPnL != nil && !i.halted {
		i.pnl = PnL{
			Time: int64(p.At), Realized: p.Realized.Float(), Unrealized: p.Unrealized.Float(),
			Cash: p.Balance.Cash.Float(), Equity: p.Balance.Equity.Float(),
		}
		i.call(onPnL)
	}
}

func (i *instance) onLink(l *engine.LinkChange) {
	if i.halted {
		return
	}
	i.moveTo(l.At)
	i.closeBars(i.number)
	if i.prog.Handlers.OnLink != nil && !i.halted {
		i.link = Link{Time: int64(l.At), Up: l.State == engine.LinkUp, Reason: l.Reason}
		i.call(onLink)
	}
}

func (i *instance) onPhase(p *engine.Phase) {
	if i.halted {
		return
	}
	i.moveTo(p.At)
	i.closeBars(i.number)
	if p.Begin && i.prog.Handlers.OnStart != nil && !i.halted {
		i.call(onStart)
	}
	if !p.Begin && i.prog.Handlers.OnStop != nil && !i.halted {
		i.call(onStop)
	}
}

// position is the strategy's own position, whatever the script wrote into ctx.
func (i *instance) position() int { return i.view.Position }

func (i *instance) log(text string) {
	if n := len(text); n > 0 && text[n-1] == '\n' {
		text = text[:n-1]
	}
	i.runner.emit(&engine.Log{At: i.now, Strategy: i.id, Text: text})
}

// ownStop begins the reason of a stop that the strategy asked for.
const ownStop = "stopped by the strategy: "

// StoppedItself reports whether the reason of a Halt is one that the strategy gave, and
// not a fault of it.
func StoppedItself(reason string) bool { return strings.HasPrefix(reason, ownStop) }

func (i *instance) stop(reason string) {
	if i.halting == "" {
		i.halting = ownStop + reason
	}
}
