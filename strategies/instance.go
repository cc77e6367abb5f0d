package strategies

import (
	"fmt"

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

	now    engine.Time
	top    engine.Top
	volume engine.Qty // cumulative, as last stated
	traded bool       // a trade was ever seen
	booked bool       // a book was ever stated
	local  localClock

	quiet  bool   // warming lines: no handler, no timer
	number uint64 // of the event in the Runner's history; 0 = none is kept

	former     *version // what runs again after a rollback; nil = nothing to go back to
	guard      Guard
	guardUntil engine.Time
	denials    int

	view    Context
	ctx     Context
	holding engine.Holding
	seq     uint64
	ref     engine.Ref
	open    []Order
	ended   []Order // the newest ended ones, oldest first
	timers  []*scriptTimer

	quote Quote
	trade Trade
	bar   Bar
	order Order
	fill  Fill
	pnl   PnL
	timer Timer
	link  Link
}

// keepEnded is how many ended orders Context.Order still knows.
const keepEnded = 64

func newInstance(r *Runner, id engine.StrategyID, p *Program, in *engine.Instrument, onPanic OnPanic) *instance {
	i := &instance{id: id, runner: r, prog: p, in: in, onPanic: onPanic, now: engine.NoTime, top: engine.NewTop(), volume: engine.UnknownQty}
	i.local.calendar = in.Calendar
	i.view = Context{
		Instrument: in.Key, Bid: nan, Ask: nan, Last: nan, BidSize: -1, AskSize: -1, AveragePrice: nan,
		Tick: in.TickFloat(), TickValue: in.TickValue.Float(), PointValue: in.Point.InexactFloat64(), Fee: in.Fee.Float(),
		host: i,
	}
	return i
}

// moveTo moves the instance's time on.
func (i *instance) moveTo(t engine.Time) {
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

// onQuote brings prices, lines and bars up to date, then calls handlers: OnQuote
// when the book was stated (or, on a feed without books, when a trade moved
// Last), OnTrade for a trade, OnBar for bars the trade closed.
func (i *instance) onQuote(q *engine.Quote) {
	if i.halted {
		return
	}
	i.moveTo(q.At)
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
		}
	}
	if isTrade {
		i.onTrade(price, size)
	} else if !i.traded && i.top.TwoSided() {
		i.fillBars((i.view.Bid+i.view.Ask)/2, 0)
	}
}

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
	g := &i.prog.Setup.graph
	put(g.last, price)
	if g.vwap != nil {
		g.vwap.UpdateTrade(price, float64(size), i.view.Date)
	}
	g.trades.run()
	if i.prog.Handlers.OnTrade != nil {
		i.trade = Trade{Time: i.view.Time, Price: price, Size: int(size)}
		i.call(onTrade)
	}
	i.fillBars(price, float64(size))
}

// fillBars adds a price to every stream of bars and tells of the bars it closed.
func (i *instance) fillBars(price, size float64) {
	for _, b := range i.prog.Setup.graph.bars {
		if i.number < b.from {
			continue
		}
		if b.build.Add(i.now, price, size) > 0 {
			i.tellBars(b, true)
		}
		i.armBars(b)
	}
}

// tellBars makes closed bars known. byEvent says that a market event closed them:
// it is then not part of a bar that had ended before it.
func (i *instance) tellBars(b *Bars, byEvent bool) {
	for _, closed := range b.build.Closed() {
		if b.skip {
			b.skip = false
			continue
		}
		b.closed(closed)
		if i.runner.cfg.History > 0 {
			seen := i.number
			if byEvent && closed.End <= i.now {
				seen--
			}
			b.keep(closed, seen)
		}
		if i.prog.Handlers.OnBar != nil && !i.halted {
			i.bar = barOf(b.Name, &closed)
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
func (i *instance) armBars(b *Bars) {
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
	if i.prog.Handlers.OnPnL != nil {
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
	if i.prog.Handlers.OnLink != nil {
		i.link = Link{Time: int64(l.At), Up: l.State == engine.LinkUp, Reason: l.Reason}
		i.call(onLink)
	}
}

func (i *instance) onPhase(p *engine.Phase) {
	if i.halted {
		return
	}
	i.moveTo(p.At)
	if p.Begin && i.prog.Handlers.OnStart != nil {
		i.call(onStart)
	}
	if !p.Begin && i.prog.Handlers.OnStop != nil {
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

func (i *instance) stop(reason string) {
	if i.halting == "" {
		i.halting = fmt.Sprintf("stopped by the strategy: %s", reason)
	}
}
