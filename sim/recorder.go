package sim

import (
	"time"

	"tollgate/engine"
)

// recorder takes down what happens in a world. It reads and never acts.
type recorder struct {
	w       *World
	events  int64
	r       Result
	byOrder map[engine.OrderID]int
	denials map[engine.Code]int
	tops    []engine.Top
	charts  []chart
	curve   curve
	peak    engine.Money
	peakAt  engine.Time
	session engine.Session
	lastAt  engine.Time
	held    []bool // instances with a position
	holding int    // how many
}

func newRecorder(w *World) *recorder {
	rec := &recorder{w: w, byOrder: map[engine.OrderID]int{}, denials: map[engine.Code]int{}}
	rec.r.First, rec.r.Last = engine.NoTime, engine.NoTime
	rec.r.Start = w.desk.Book().Balance()
	rec.peak, rec.peakAt = rec.r.Start.Equity, engine.NoTime
	return rec
}

func (rec *recorder) join(m engine.Member) {
	rec.r.Members = append(rec.r.Members, m)
	rec.held = append(rec.held, false)
}

func (rec *recorder) begin(at engine.Time) {
	rec.r.First, rec.peakAt = at, at
	rec.open(at, rec.r.Start.Equity)
}

// roll begins a new session of the account when t has left the current one.
func (rec *recorder) roll(t engine.Time) {
	if t >= rec.session.Close {
		rec.open(t, rec.today().End)
	}
}

// open begins a session of the account. The break before it does not count as time.
func (rec *recorder) open(at engine.Time, equity engine.Money) {
	rec.session = rec.w.cfg.Calendar.At(at)
	rec.lastAt = max(at, rec.session.Open)
	rec.r.Sessions = append(rec.r.Sessions, Session{Date: rec.session.Date, Start: equity, End: equity})
}

func (rec *recorder) today() *Session { return &rec.r.Sessions[len(rec.r.Sessions)-1] }

// market takes down a market event, after the world has acted on it.
func (rec *recorder) market(q *engine.Quote) {
	rec.events++
	rec.r.Last = q.At
	rec.count(q)
	equity := rec.w.desk.Book().Balance().Equity
	rec.roll(q.At)
	rec.spend(q.At)
	rec.value(q.At, equity)
	rec.charts[q.Instrument].add(q.At, &rec.tops[q.Instrument])
}

// count sorts a market event into the tallies.
func (rec *recorder) count(q *engine.Quote) {
	for int(q.Instrument) >= len(rec.tops) {
		rec.tops = append(rec.tops, engine.NewTop())
		rec.charts = append(rec.charts, newChart(engine.InstrumentID(len(rec.charts))))
	}
	top := &rec.tops[q.Instrument]
	if q.Kind == engine.TradePrint {
		rec.r.Trades++
		if top.TwoSided() && (q.Last < top.Bid || q.Last > top.Ask) {
			rec.r.Outside++
		}
		top.Apply(q)
		return
	}
	top.Apply(q)
	rec.r.Quotes++
	if top.Hollow() {
		rec.r.Hollow++
	}
	if top.Crossed() {
		rec.r.Crossed++
	} else if top.Locked() {
		rec.r.Locked++
	}
}

// spend adds the time since it was called last to the time in the market.
func (rec *recorder) spend(at engine.Time) {
	d := at.Sub(rec.lastAt)
	if d <= 0 {
		return // before the session opens
	}
	rec.lastAt = at
	rec.r.Open += d
	if rec.holding > 0 {
		rec.r.InMarket += d
	}
}

// value follows equity, its peak and its deepest fall.
func (rec *recorder) value(at engine.Time, equity engine.Money) {
	if equity > rec.peak {
		rec.peak, rec.peakAt = equity, at
	}
	fall := rec.peak - equity
	if fall > rec.r.MaxDrawdown {
		rec.r.MaxDrawdown, rec.r.DrawdownFrom, rec.r.DrawdownTo = fall, rec.peakAt, at
	}
	rec.today().End = equity
	rec.curve.add(EquityPoint{At: at, Equity: equity, Drawdown: fall})
}

func (rec *recorder) intent(*engine.Intent) { rec.r.Intents++ }

func (rec *recorder) sent(r *engine.Request) {
	if r.Kind == engine.PlaceOrder {
		rec.byOrder[r.Order] = len(rec.r.Orders)
		rec.r.Orders = append(rec.r.Orders, engine.Order{ // until there is news about it
			ID: r.Order, Class: r.Class, Terms: r.Terms, State: engine.InFlight, Sent: r.At, Ended: engine.NoTime,
		})
	}
}

// update takes down news about an order: its newest state, a fill, a denial.
func (rec *recorder) update(u *engine.Update) {
	rec.roll(u.At)
	rec.hold(u.Strategy, u.Holding.Position != 0, u.At)
	if at, ok := rec.byOrder[u.Order.ID]; ok {
		if u.Order.State == engine.Refused && rec.r.Orders[at].State != engine.Refused {
			rec.r.Rejects++
		}
		rec.r.Orders[at] = u.Order
	}
	if u.Denial != nil {
		rec.denied(u.Denial)
	}
	if u.Fill.Qty > 0 {
		rec.today().End = u.Account.Equity
		rec.today().Fills++
		rec.today().Fees += u.Fill.Fee
		rec.r.Fees += u.Fill.Fee
		rec.r.Fills = append(rec.r.Fills, Fill{
			At: u.At, Strategy: u.Strategy, Instrument: u.Order.Terms.Instrument, Order: u.Order.ID, Side: u.Order.Terms.Side,
			Qty: u.Fill.Qty, Price: u.Fill.Price, Fee: u.Fill.Fee, Maker: u.Fill.Maker,
			Position: u.Holding.Position, Realized: u.Fill.PnL,
		})
	}
}

// hold takes down whether a strategy instance has a position from now on.
func (rec *recorder) hold(s engine.StrategyID, now bool, at engine.Time) {
	if now == rec.held[s] {
		return
	}
	rec.spend(at)
	rec.held[s] = now
	if now {
		rec.holding++
	} else {
		rec.holding--
	}
}

func (rec *recorder) denied(d *engine.Denial) {
	at, ok := rec.denials[d.Code]
	if !ok {
		at = len(rec.r.Denials)
		rec.denials[d.Code] = at
		rec.r.Denials = append(rec.r.Denials, DenialCount{Code: d.Code, First: *d})
	}
	rec.r.Denials[at].Count++
	if d.Code == engine.Throttled {
		rec.r.Throttled++
	}
}

func (rec *recorder) trip(t engine.RoundTrip) {
	rec.r.Trips = append(rec.r.Trips, t)
	rec.today().Trips++
}

func (rec *recorder) log(l *engine.Log) {
	if len(rec.r.Logs) == MaxLogs {
		rec.r.LogsDropped++
		return
	}
	rec.r.Logs = append(rec.r.Logs, Note{l.At, l.Strategy, l.Text})
}

func (rec *recorder) halt(h *engine.Halt) {
	rec.r.Halts = append(rec.r.Halts, Note{h.At, h.Strategy, h.Reason})
}

func (rec *recorder) version(v *engine.Version) {
	text := "new version " + v.Hash
	if v.Rollback != "" {
		text = "back to version " + v.Hash + ": " + v.Rollback
	}
	rec.r.Versions = append(rec.r.Versions, Note{v.At, v.Strategy, text})
}

// finish values the account a last time, after the strategies have stopped.
func (rec *recorder) finish() {
	rec.value(max(rec.r.First, rec.r.Last), rec.w.desk.Book().Balance().Equity)
}

// positions are what the strategy instances hold now, at their marks.
func (rec *recorder) positions() (list []Position) {
	for i, m := range rec.r.Members {
		h := rec.w.desk.Holding(engine.StrategyID(i))
		if h.Position == 0 {
			continue
		}
		mark := rec.w.desk.Book().Top(m.Instrument).Mark(h.Position)
		list = append(list, Position{
			Strategy: engine.StrategyID(i), Instrument: m.Instrument, Qty: h.Position, Cost: h.Cost,
			Mark: mark, Unrealized: h.Unrealized(mark, rec.w.cfg.Universe.Get(m.Instrument)),
		})
	}
	return list
}

func (rec *recorder) result() *Result {
	r := &rec.r
	r.Events = rec.events
	r.End = rec.w.desk.Book().Balance()
	r.Equity = rec.curve.points()
	for i := range rec.charts {
		if c := rec.charts[i].done(); len(c.Candles) > 0 {
			r.Charts = append(r.Charts, c)
		}
	}
	r.Positions = rec.positions()
	r.Hash = rec.w.Hash()
	r.Ignored = rec.w.desk.Ignored()
	return r
}

// firstWidth is the interval of charts and curve before any thinning.
const firstWidth = time.Second
