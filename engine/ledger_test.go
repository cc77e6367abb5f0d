package engine

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// twin is the slow ledger: every fill kept, cash counted in big integers, the cost
// of the open position averaged as a fraction.
type twin struct {
	in       *Instrument
	position Qty
	cash     big.Int // Money: what selling brought less what buying cost
	fees     Money
}

func (w *twin) fill(s Side, q Qty, p Price, fee Money) {
	value := big.NewInt(int64(p))
	value.Mul(value, big.NewInt(int64(q)*int64(s)))
	value.Mul(value, big.NewInt(int64(w.in.TickValue)))
	w.cash.Sub(&w.cash, value)
	w.position += q * Qty(s)
	w.fees += fee
}

// total is realised and unrealised profit at a mark, to the unit.
func (w *twin) total(mark Price) Money {
	v := big.NewInt(int64(mark))
	v.Mul(v, big.NewInt(int64(w.position)))
	v.Mul(v, big.NewInt(int64(w.in.TickValue)))
	return Money(v.Add(v, &w.cash).Int64())
}

type execution struct {
	side  Side
	qty   Qty
	price Price
	fee   Money
}

func drawExecution(t *rapid.T, maxQty int64) execution {
	return execution{
		side:  rapid.SampledFrom([]Side{Buy, Sell}).Draw(t, "side"),
		qty:   Qty(rapid.Int64Range(1, maxQty).Draw(t, "qty")),
		price: Price(rapid.Int64Range(-50, 20_000).Draw(t, "price")),
		fee:   Money(rapid.Int64Range(0, 700_000_001).Draw(t, "fee")),
	}
}

func TestLedgerAgainstItsTwin(t *testing.T) {
	for _, c := range ticks {
		in := testInstrument(t, c.tick, c.point)
		rapid.Check(t, func(t *rapid.T) {
			w := twin{in: in}
			var a account
			var realized, net, fees Money
			for range rapid.IntRange(1, 40).Draw(t, "fills") {
				e := drawExecution(t, 7)
				before := a.holding.Position
				pnl, trip := a.fill(0, e.side, e.qty, e.price, e.fee, in)
				w.fill(e.side, e.qty, e.price, e.fee)
				realized += pnl
				if (before == 0 || (before > 0) == (e.side > 0)) && pnl != 0 {
					t.Fatalf("a fill that grew the position realised %s", pnl)
				}
				mark := Price(rapid.Int64Range(-50, 20_000).Draw(t, "mark"))
				a.mark(mark, in)
				h := a.holding
				if h.Position != w.position || h.Realized != realized || h.Fees != w.fees {
					t.Fatalf("holding %+v; position %d, realised %s, fees %s", h, w.position, realized, w.fees)
				}
				if got, want := h.Realized+h.Unrealized(mark, in), w.total(mark); got != want {
					t.Fatalf("realised + unrealised = %s, want %s", got, want)
				}
				if h.Position == 0 && h.Cost != 0 {
					t.Fatalf("flat at a cost of %s", h.Cost)
				}
				if trip != nil {
					checkTrip(t, trip)
					net, fees = net+trip.Net(), fees+trip.Fees
				}
				if h.Position == 0 && (net != h.Realized-h.Fees || fees != h.Fees) {
					t.Fatalf("flat: trips made %s with fees %s, the holding %s with %s", net, fees, h.Realized-h.Fees, h.Fees)
				}
			}
		})
	}
}

func checkTrip(t *rapid.T, r *RoundTrip) {
	if r.MAE > 0 || r.MFE < 0 || r.PnL < r.MAE || r.PnL > r.MFE {
		t.Fatalf("excursions %s to %s around a profit of %s", r.MAE, r.MFE, r.PnL)
	}
	if r.Entry.Qty != r.Exit.Qty || r.Contracts != r.Entry.Qty+r.Exit.Qty || r.MaxQty < 1 || r.MaxQty > r.Entry.Qty {
		t.Fatalf("contracts do not add up: %+v", r)
	}
}

func TestReducingFillsRealiseAtAverageCost(t *testing.T) {
	in := testInstrument(t, "1", "1")
	var h Holding
	h.book(Buy, 1, 100, 0, in)
	h.book(Buy, 2, 101, 0, in)                                // average 100 2/3
	if got := h.book(Sell, 1, 110, 0, in); got != 933333334 { // 9 1/3, the cost rounded down
		t.Errorf("first exit realised %d", got)
	}
	if got := h.book(Sell, 2, 110, 0, in); got != 1866666666 {
		t.Errorf("the last exits realised %d: rounding was lost", got)
	}
	if h.Realized != Dollars(28) || h.Cost != 0 {
		t.Errorf("%+v", h)
	}
}

func TestTurningFillSplitsItsFee(t *testing.T) {
	in := testInstrument(t, "1", "1")
	var a account
	a.fill(1, Buy, 2, 100, 10, in)
	_, first := a.fill(2, Sell, 3, 105, 10, in) // 2 close, 1 opens; of 10, 6 and 4
	if first == nil || first.PnL != Dollars(10) || first.Fees != 16 || first.Side != Buy || first.Opened != 1 || first.Closed != 2 {
		t.Fatalf("first trip %+v", first)
	}
	_, second := a.fill(3, Buy, 1, 106, 5, in)
	if second == nil || second.PnL != Dollars(-1) || second.Fees != 9 || second.Side != Sell || second.Opened != 2 || second.MaxQty != 1 {
		t.Fatalf("second trip %+v", second)
	}
}

func TestExcursions(t *testing.T) {
	in := testInstrument(t, "1", "1")
	var a account
	a.mark(50, in) // flat: nothing happens
	a.fill(1, Sell, 2, 100, 0, in)
	a.mark(104, in)
	a.mark(97, in)
	a.fill(2, Buy, 1, 98, 0, in)
	a.mark(95, in) // 2 realised, 5 open: the best yet
	_, trip := a.fill(3, Buy, 1, 101, 0, in)
	if trip == nil || trip.MAE != Dollars(-8) || trip.MFE != Dollars(7) || trip.PnL != Dollars(1) {
		t.Errorf("%+v", trip)
	}
	if e := trip.Exit.Float(in); e != 99.5 {
		t.Errorf("average exit %v", e)
	}
}

// TestAccountIsTheSumOfItsStrategies: cash and position of the netted account are
// the sums of those of the strategies, whatever each realised.
func TestAccountIsTheSumOfItsStrategies(t *testing.T) {
	in := testInstrument(t, "0.25", "50")
	rapid.Check(t, func(t *rapid.T) {
		var net Holding
		members := make([]Holding, 3)
		for range rapid.IntRange(1, 40).Draw(t, "fills") {
			e := drawExecution(t, 5)
			m := &members[rapid.IntRange(0, 2).Draw(t, "strategy")]
			m.book(e.side, e.qty, e.price, e.fee, in)
			net.book(e.side, e.qty, e.price, e.fee, in)
		}
		var sum Holding
		for _, m := range members {
			sum.Position += m.Position
			sum.Realized += m.Realized
			sum.Cost += m.Cost
			sum.Fees += m.Fees
		}
		if sum.Position != net.Position || sum.Fees != net.Fees || sum.Realized-sum.Cost != net.Realized-net.Cost {
			t.Fatalf("strategies %+v, account %+v", sum, net)
		}
	})
}

func TestMulDiv(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.Int64().Draw(t, "m")
		b := rapid.Int64Range(1, int64(MaxQty)).Draw(t, "b")
		a := rapid.Int64Range(1, b).Draw(t, "a")
		want := new(big.Int).Mul(big.NewInt(m), big.NewInt(a))
		want.Quo(want, big.NewInt(b))
		if got := mulDiv(Money(m), Qty(a), Qty(b)); int64(got) != want.Int64() {
			t.Fatalf("%d x %d / %d = %d, want %s", m, a, b, got, want)
		}
	})
}
