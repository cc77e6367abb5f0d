package risk

import (
	"time"

	"tollgate/engine"
)

// Limits are an account's limits. A zero or absent limit is not enforced.
type Limits struct {
	MaxPosition ByInstrument  // contracts, absolute net, worst case
	MaxOrder    ByInstrument  // contracts in one order
	MaxWorking  int           // open orders of the account, those a bracket will need included
	PriceBand   ByInstrument  // ticks between an order's prices and the market
	StaleAfter  time.Duration // no entry on a quote older than this
	AnyHour     bool          // the calendars are not asked: the market runs at other hours than the clock of the gate
	DailyLoss   engine.Money  // loss since the session began, after fees, that ends entries
}

// ByInstrument is a limit by root ("ES") or by full name ("ES 12-26"); the full
// name wins. A limit by root counts all contracts of the root together.
type ByInstrument map[string]int64

// rules lists the rules in the order they are asked: those that no configuration turns
// off, then what is wrong with the order itself, what is wrong with the moment last.
func (l Limits) rules() []Rule {
	rules := []Rule{mode{}}
	if !l.AnyHour {
		rules = append(rules, session{})
	}
	if len(l.MaxOrder) > 0 {
		rules = append(rules, maxOrder{l.MaxOrder})
	}
	if len(l.PriceBand) > 0 {
		rules = append(rules, priceBand{l.PriceBand})
	}
	if len(l.MaxPosition) > 0 {
		rules = append(rules, maxPosition{l.MaxPosition})
	}
	if l.MaxWorking > 0 {
		rules = append(rules, maxWorking{l.MaxWorking})
	}
	if l.DailyLoss > 0 {
		rules = append(rules, dailyLoss{l.DailyLoss})
	}
	if l.StaleAfter > 0 {
		rules = append(rules, staleQuote{l.StaleAfter})
	}
	return rules
}

// Absent names the limits that are not set, in the words of the configuration.
func (l Limits) Absent() []string {
	var names []string
	for _, x := range []struct {
		name string
		set  bool
	}{
		{"max_position", len(l.MaxPosition) > 0},
		{"max_order", len(l.MaxOrder) > 0},
		{"max_working_orders", l.MaxWorking > 0},
		{"daily_loss", l.DailyLoss > 0},
		{"price_band", len(l.PriceBand) > 0},
		{"stale_quote", l.StaleAfter > 0},
	} {
		if !x.set {
			names = append(names, x.name)
		}
	}
	return names
}

// of finds the limit of an instrument and whether it is by root.
func (m ByInstrument) of(in *engine.Instrument) (limit int64, byRoot, ok bool) {
	if v, ok := m[in.Key]; ok {
		return v, in.Key == in.Root, true
	}
	v, ok := m[in.Root]
	return v, true, ok
}
