package strategies

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"tollgate/engine"
)

// TestLinesAreCountedOnce: every update of its input reaches an indicator once,
// whatever else happens in the event, and nothing else does.
func TestLinesAreCountedOnce(t *testing.T) {
	r, s := newRig(t, nil), NewSetup(nil)
	minute1, three := s.Minutes(1), s.Ticks(3)
	bid, ask, mid, last, vwap := s.Bid(), s.Ask(), s.Mid(), s.Last(), s.VWAP()
	if s.Bid() != bid || s.Last() != last || s.VWAP() != vwap {
		t.Error("a line of the market is declared once and then the same")
	}
	fast := s.EMA(mid, 1)
	slow := s.SMA(fast, 2)
	bids, asks, lasts := s.SMA(bid, 1), s.SMA(ask, 1), s.SMA(last, 1)
	closes, highs := s.EMA(minute1.Close, 1), s.Highest(three.High, 2)
	r.join(s, Handlers{})
	count := func(when string, l *Line, n int, v float64) {
		t.Helper()
		if l.N != n || !same(l.V, v) {
			t.Errorf("%s: %d updates, value %v; want %d, %v", when, l.N, l.V, n, v)
		}
	}
	r.book(noon, 4, 8)
	count("mid", mid, 1, 1.5)
	count("fast", fast, 1, 1.5)
	count("slow", slow, 1, math.NaN())
	r.book(noon, 8, engine.NoPrice)
	count("bid", bid, 2, 2)
	count("bids", bids, 2, 2)
	count("ask stands", ask, 1, 2)
	count("asks", asks, 1, 2)
	count("mid stands", mid, 1, 1.5)
	count("fast stands", fast, 1, 1.5)
	r.trade(noon+second, 12, 1)
	r.trade(noon+second, 16, 1)
	r.snapshot(noon+2*second, 4, 8, 20, 10)
	r.snapshot(noon+3*second, 4, 8, 24, 20) // book and trade
	count("last", last, 3, 6)
	count("lasts", lasts, 3, 6)
	count("fast", fast, 3, 1.5)
	count("slow", slow, 3, 1.5)
	count("vwap", vwap, 3, (3+4+60.0)/12)
	// The first book stood in for a trade, so the third one was the trade of 4.
	count("highs", highs, 1, math.NaN())
	count("minutes", closes, 0, math.NaN())
	r.until(noon + minute)
	count("minutes", closes, 1, 6)
	if minute1.Count != 1 || minute1.High.V != 6 || minute1.Open.V != 1.5 || minute1.Volume.V != 12 {
		t.Errorf("%+v", minute1)
	}
}

// TestIndicatorsFollowTheirOwnSource chains indicators over every kind of source
// and compares each with one fed by hand.
func TestIndicatorsFollowTheirOwnSource(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r, s := newRig(t, nil), NewSetup(nil)
		bars := s.Ticks(4)
		sources := []*Line{s.Bid(), s.Mid(), s.Last(), s.VWAP(), bars.Close, bars.Volume}
		var chained []*Line
		for _, in := range sources {
			chained = append(chained, s.SMA(s.Highest(in, 2), 3))
		}
		values := make([][]float64, len(sources))
		seen := make([]int, len(sources))
		r.join(s, Handlers{})
		at := noon
		for range rapid.IntRange(1, 60).Draw(rt, "events") {
			at += second
			price := engine.Price(rapid.IntRange(1, 50).Draw(rt, "price"))
			switch rapid.IntRange(0, 2).Draw(rt, "kind") {
			case 0:
				r.book(at, price, price+1)
			case 1:
				r.trade(at, price, engine.Qty(price))
			default:
				r.book(at, engine.NoPrice, price)
			}
			for n, in := range sources {
				if in.N > seen[n]+1 {
					rt.Fatalf("source %d had %d updates in one event", n, in.N-seen[n])
				}
				if in.N > seen[n] {
					values[n] = append(values[n], in.V)
				}
				seen[n] = in.N
				if want := slowChain(values[n]); !close(chained[n].V, want) {
					rt.Fatalf("source %d %v: %v, want %v", n, values[n], chained[n].V, want)
				}
			}
		}
	})
}

// slowChain is the mean of the last three of the highest of two.
func slowChain(v []float64) float64 {
	if len(v) < 4 {
		return math.NaN()
	}
	sum := 0.0
	for n := len(v) - 3; n < len(v); n++ {
		sum += max(v[n], v[n-1])
	}
	return sum / 3
}

func close(a, b float64) bool { return same(a, b) || math.Abs(a-b) < 1e-9 }

// TestCrossOfLinesFromDifferentSources: Up and Down are true for the update in
// which it happened, whichever line moved, and false again with the next update
// of either source.
func TestCrossOfLinesFromDifferentSources(t *testing.T) {
	r, s, d := newRig(t, nil), NewSetup(nil), &diary{}
	cross := s.Cross(s.Last(), s.Ask())
	note := func(h string) { d.add("%s %v %v", h, cross.Up, cross.Down) }
	r.join(s, Handlers{
		OnQuote: func(*Context, *Quote) { note("quote") },
		OnTrade: func(*Context, *Trade) { note("trade") },
	})
	r.book(noon, 4, 8)
	r.trade(noon, 6, 1)  // below
	r.trade(noon, 10, 1) // crosses
	d.want(t, "quote false false", "trade false false", "trade true false")
	r.book(noon, 4, 8) // only the other source runs
	d.want(t, "quote false false")
	r.book(noon, 4, 12) // the other line crosses
	r.trade(noon, 11, 1)
	d.want(t, "quote false true", "trade false false")
	r.trade(noon, 13, 1)
	r.book(noon, 4, engine.NoPrice) // the other source runs, its line stands
	d.want(t, "trade true false", "quote false false")
	r.snapshot(noon, 4, 20, 14, 5)
	r.snapshot(noon, 4, 20, 30, 6) // a quote, then a trade that crosses
	d.want(t, "quote false true", "quote false false", "trade true false")
}

// TestCrossAgainstATwin draws events and compares with the two lines' signs.
func TestCrossAgainstATwin(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r, s := newRig(t, nil), NewSetup(nil)
		a, b := s.Mid(), s.Last()
		cross := s.Cross(a, b)
		side := 0
		look := func(*Context) {
			now := side
			switch {
			case a.V > b.V:
				now = 1
			case a.V < b.V:
				now = -1
			}
			if up, down := side < 0 && now > 0, side > 0 && now < 0; cross.Up != up || cross.Down != down {
				rt.Fatalf("%v and %v, before %d: up %v, down %v", a.V, b.V, side, cross.Up, cross.Down)
			}
			side = now
		}
		r.join(s, Handlers{
			OnQuote: func(c *Context, _ *Quote) { look(c) },
			OnTrade: func(c *Context, _ *Trade) { look(c) },
		})
		r.book(noon, 4, 6)
		for range rapid.IntRange(1, 50).Draw(rt, "events") {
			p := engine.Price(rapid.IntRange(1, 5).Draw(rt, "price"))
			if rapid.Bool().Draw(rt, "trade") {
				r.trade(noon, p, 1)
			} else {
				r.book(noon, p, p)
			}
		}
	})
}

// TestEveryIndicatorRuns declares all there are and checks that each gets ready
// with its source and with nothing else.
func TestEveryIndicatorRuns(t *testing.T) {
	r, s := newRig(t, nil), NewSetup(nil)
	b := s.Ticks(1)
	in := b.Close
	macd, boll, kelt, donch := s.MACD(in, 2, 3, 2), s.Bollinger(in, 3, 2), s.Keltner(b, 3, 3, 2), s.Donchian(b, 3)
	stoch, adx, reg := s.Stochastic(b, 3, 2, 2), s.ADX(b, 2), s.LinReg(in, 3)
	lines := []*Line{
		s.SMA(in, 3), s.EMA(in, 3), s.WMA(in, 3), s.HMA(in, 4), s.VWMA(b, 3), s.RSI(in, 3), s.ROC(in, 3), s.StdDev(in, 3),
		s.Highest(in, 3), s.Lowest(in, 3), s.ATR(b, 3), s.CCI(b, 3), s.OBV(b), s.VWAP(),
		macd.Value, macd.Signal, macd.Histogram, boll.Upper, boll.Middle, boll.Lower, kelt.Upper, kelt.Middle, kelt.Lower,
		donch.Upper, donch.Middle, donch.Lower, stoch.K, stoch.D, adx.ADX, adx.Plus, adx.Minus, reg.Value, reg.Slope, reg.R2,
	}
	r.join(s, Handlers{})
	r.event(blank(noon, engine.QuoteChange))
	for n, l := range lines {
		if l.N != 0 || l.Ready {
			t.Errorf("line %d moved without a trade", n)
		}
	}
	for n := range engine.Price(20) {
		r.trade(noon+engine.Time(n)*second, 100+n*n%7, 2)
	}
	for n, l := range lines {
		if !l.Ready || l.N != 20 || math.IsNaN(l.V) {
			t.Errorf("line %d: %+v", n, *l)
		}
	}
}

// TestDeclarationsOfAPackage: the functions of the package declare into the Setup
// that was begun.
func TestDeclarationsOfAPackage(t *testing.T) {
	defer Begin(NewSetup(nil))
	s := Begin(NewSetup(map[string]string{"n": "3"}))
	n, x, on := Int("n", 2, 1, 5, ""), Float("x", 2, 1, 5, ""), Bool("on", true, "")
	mode, wait, open := Choice("mode", "a", "", "a", "b"), Duration("wait", 1, 0, 2, ""), TimeOfDay("open", "09:30", "")
	b := Minutes(n)
	in := b.Close
	list := []*Line{
		Bid(), Ask(), Mid(), Last(), SMA(in, n), EMA(in, n), WMA(in, n), HMA(in, n), VWMA(b, n), RSI(in, n), ROC(in, n),
		StdDev(in, n), Highest(in, n), Lowest(in, n), ATR(b, n), CCI(b, n), OBV(b), VWAP(), MACD(in, 2, 3, 2).Value,
		Bollinger(in, n, x).Upper, Keltner(b, n, n, x).Upper, Donchian(b, n).Upper, Stochastic(b, n, 2, 2).K, ADX(b, n).ADX, LinReg(in, n).Value,
	}
	Cross(list[0], list[1])
	Seconds(5)
	Hours(1)
	Sessions()
	Ticks(2)
	Volume(2)
	Range(2)
	if err := s.Seal(); err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintln(n, x, on, mode, wait, open, len(s.Params), len(s.graph.streams))
	if got != "3 2 true a 1ns 34200 6 7\n" {
		t.Error(got)
	}
	for i, l := range list {
		if s.graph.from[l] == nil {
			t.Errorf("line %d has no source", i)
		}
	}
}
