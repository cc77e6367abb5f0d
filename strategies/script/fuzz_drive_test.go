package script

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strings"

	"github.com/shopspring/decimal"

	"tollgate/engine"
	"tollgate/risk"
	"tollgate/sim"
	"tollgate/strategies"
)

// This file is compiled twice: into the test, where it drives interpreted strategies,
// and, with another package clause, into a program that drives the same ones compiled.

// driveEvents is how many market events a random strategy is run over.
const driveEvents = 300

// drive runs a strategy in a world of its own, with a desk, a gate and a venue, over
// a market made of the seed, and says what came of it: every line of the trace, what
// was logged, the account, and the digest of all decisions.
func drive(p *strategies.Program, seed uint64) string {
	u := engine.NewUniverse()
	if _, err := u.Add("ES 12-26", engine.Spec{Root: "ES", Tick: 250_000_000, PointValue: decimal.NewFromInt(50), Fee: 2 * engine.MoneyScale}); err != nil {
		return err.Error()
	}
	if err := p.Setup.Seal(); err != nil {
		return err.Error()
	}
	p.Locate = func(any) string { return "it panicked" } // the texts differ
	var b strings.Builder
	w := sim.NewWorld(sim.Config{
		Universe: u, Gate: risk.New(risk.Limits{}, risk.DefaultBudget), Cash: engine.Dollars(100_000),
		Trace: func(at engine.Time, line string) { fmt.Fprintln(&b, at, line) },
		Spawn: func(engine.InstrumentID) (*sim.Entry, error) {
			return &sim.Entry{Program: p, OnPanic: strategies.FlattenOnPanic}, nil
		},
	})
	r, err := w.Run(&market{r: rand.New(rand.NewPCG(seed, 7)), price: 18_000})
	if err != nil {
		return err.Error()
	}
	for _, n := range r.Logs {
		fmt.Fprintln(&b, n.At, n.Text)
	}
	for _, n := range r.Halts {
		fmt.Fprintln(&b, n.At, "halt", n.Text)
	}
	fmt.Fprintf(&b, "%d intents, %d fills, cash %d, %s\n", r.Intents, len(r.Fills), r.End.Cash, r.Hash)
	return b.String()
}

// market is a price that wanders, quoted and traded about every twenty seconds.
type market struct {
	r     *rand.Rand
	price engine.Price
	at    engine.Time
	n     int
}

func (m *market) Next(q *engine.Quote) error {
	if m.n++; m.n > driveEvents {
		return io.EOF
	}
	m.at += engine.Time(1+m.r.IntN(40)) * 1_000_000_000
	m.price += engine.Price(m.r.IntN(7) - 3)
	*q = engine.Quote{
		At: m.at, Kind: engine.QuoteChange, Bid: m.price, Ask: m.price + engine.Price(1+m.r.IntN(2)), BidSize: 5, AskSize: 7,
		Last: engine.NoPrice, LastSize: engine.UnknownQty, Volume: engine.UnknownQty,
	}
	if m.r.IntN(3) == 0 {
		q.Kind, q.Last, q.LastSize = engine.TradePrint, m.price+engine.Price(m.r.IntN(3)-1), engine.Qty(1+m.r.IntN(9))
	}
	return nil
}
