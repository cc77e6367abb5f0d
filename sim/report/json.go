package report

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/shopspring/decimal"

	"tollgate/engine"
	"tollgate/sim"
)

// object is a JSON object that keeps the order of its members.
type object []member

type member struct {
	key   string
	value any
}

// MarshalJSON implements json.Marshaler. Of members of one key the first counts.
func (o object) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, m := range o {
		if slices.ContainsFunc(o[:i], func(x member) bool { return x.key == m.key }) {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		key, err := plainJSON(m.key)
		if err != nil {
			return nil, err
		}
		value, err := plainJSON(m.value)
		if err != nil {
			return nil, err
		}
		b = append(append(append(b, key...), ':'), value...)
	}
	return append(b, '}'), nil
}

// plainJSON is v as JSON, <, > and & left as they are.
func plainJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'}), err
}

// JSON is the result as one object: first the keys of the contract in their
// order, then more. Amounts are decimal strings, exact unless they are averages
// (to the cent); times are integers in nanoseconds since 1970 UTC; null is a
// figure that the run does not support. Two runs that decided the same give the
// same bytes but for elapsed_seconds and events_per_second, each on a line of its
// own.
func JSON(run *Run) ([]byte, error) {
	flat, err := plainJSON(append(contract(summarise(run)), additions(summarise(run))...))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := json.Indent(&b, flat, "", "  "); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// contract are the keys that people and programs rely on.
func contract(s *summary) object {
	run, r := s.run, s.r
	return object{
		{"strategy", run.Strategy},
		{"script_hash", run.ScriptHash},
		{"params", params(run)},
		{"feeds", list(run.Feeds)},
		{"events", r.Events},
		{"quotes", r.Quotes},
		{"trades", r.Trades},
		{"orders", len(r.Orders)},
		{"fills", len(r.Fills)},
		{"denials", s.denials},
		{"rejects", r.Rejects},
		{"fees", r.Fees.String()},
		{"start_equity", r.Start.Equity.String()},
		{"end_equity", r.End.Equity.String()},
		{"net_pnl", r.Net().String()},
		{"max_drawdown", r.MaxDrawdown.String()},
		{"win_rate", number(s.stats.WinRate)},
		{"profit_factor", number(s.stats.ProfitFactor)},
		{"sharpe", number(s.stats.Sharpe)},
		{"round_trips", s.stats.Trips},
		{"elapsed_seconds", run.Elapsed.Seconds()},
		{"events_per_second", run.eventsPerSecond()},
		{"decisions_hash", r.Hash.String()},
		{"seed", run.Seed},
		{"fill_model", run.FillModel},
	}
}

// additions are all other keys, in groups: run, counts, figures, parts.
func additions(s *summary) object {
	return slices.Concat(runKeys(s), countKeys(s), figureKeys(s), partKeys(s))
}

func runKeys(s *summary) object {
	run, r := s.run, s.r
	return object{
		{"account", run.account()},
		{"tier", run.Tier},
		{"trigger", run.Trigger},
		{"latency_ns", int64(run.Latency)},
		{"limits_absent", list(run.AbsentLimits)},
		{"warnings", list(s.warnings())},
		{"notes", list(run.Notes)},
		{"first_ns", when(r.First)},
		{"last_ns", when(r.Last)},
	}
}

func countKeys(s *summary) object {
	r, codes := s.r, object{}
	for _, d := range r.Denials {
		codes = append(codes, member{string(d.Code), d.Count})
	}
	return object{
		{"intents", r.Intents},
		{"denials_by_code", codes},
		{"throttled", r.Throttled},
		{"open_orders", s.open},
		{"contracts", s.stats.Contracts},
		{"outside_spread", r.Outside},
		{"crossed_quotes", r.Crossed},
		{"locked_quotes", r.Locked},
		{"hollow_quotes", r.Hollow},
		{"ignored_reports", r.Ignored},
		{"log_lines", int64(len(r.Logs)) + r.LogsDropped},
	}
}

func figureKeys(s *summary) object {
	t, r := &s.stats, s.r
	best, worst := any(nil), any(nil)
	if t.Trips > 0 {
		best, worst = t.Best.String(), t.Worst.String()
	}
	from, to := any(nil), any(nil)
	if r.MaxDrawdown > 0 {
		from, to = when(r.DrawdownFrom), when(r.DrawdownTo)
	}
	return object{
		{"end_cash", r.End.Cash.String()},
		{"unrealized_pnl", (r.End.Equity - r.End.Cash).String()},
		{"drawdown_from_ns", from},
		{"drawdown_to_ns", to},
		{"sortino", number(t.Sortino)},
		{"sessions_per_year", sim.SessionsPerYear},
		{"wins", t.Wins},
		{"losses", t.Losses},
		{"expectancy", mean(t.Expectancy)},
		{"average_win", mean(t.AverageWin)},
		{"average_loss", mean(t.AverageLoss)},
		{"best_trip", best},
		{"worst_trip", worst},
		{"longest_losing_run", t.LosingRun},
		{"exposure", number(t.Exposure)},
		{"average_hold_ns", int64(t.AverageHold)},
	}
}

func partKeys(s *summary) object {
	sessions, positions, halts := []object{}, []object{}, []object{}
	for _, x := range s.r.Sessions {
		sessions = append(sessions, object{
			{"date", day(x.Date)},
			{"net_pnl", (x.End - x.Start).String()},
			{"fees", x.Fees.String()},
			{"fills", x.Fills},
			{"round_trips", x.Trips},
			{"end_equity", x.End.String()},
		})
	}
	for _, x := range s.r.Positions {
		in := s.run.instrument(x.Instrument)
		positions = append(positions, object{
			{"strategy", s.run.member(x.Strategy)},
			{"instrument", in.Key},
			{"position", x.Qty},
			{"mark", exactPrice(in, x.Mark)},
			{"unrealized_pnl", x.Unrealized.String()},
		})
	}
	for _, x := range s.r.Halts {
		halts = append(halts, object{{"ts_ns", when(x.At)}, {"strategy", s.run.member(x.Strategy)}, {"reason", x.Text}})
	}
	return object{
		{"sessions", sessions},
		{"instruments", rowsJSON("instrument", s.instruments)},
		{"strategies", rowsJSON("strategy", s.strategies)},
		{"positions", positions},
		{"halted", halts},
	}
}

func rowsJSON(name string, rows []row) []object {
	out := []object{}
	for i := range rows {
		r := &rows[i]
		out = append(out, object{
			{name, r.Name},
			{"net_pnl", r.Net().String()},
			{"realized_pnl", r.Realized.String()},
			{"unrealized_pnl", r.Unrealized.String()},
			{"fees", r.Fees.String()},
			{"fills", r.Fills},
			{"contracts", r.Contracts},
			{"round_trips", r.Trips},
			{"wins", r.Wins},
			{"position", r.Position},
		})
	}
	return out
}

// params are the parameters in the order of declaration, numbers and truth
// values as such, durations and times of day as text.
func params(run *Run) object {
	out := object{}
	for _, p := range run.Params {
		out = append(out, member{p.Name, paramValue(p.Type, p.Value)})
	}
	return out
}

func paramValue(kind, text string) any {
	switch kind {
	case "int":
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n
		}
	case "float":
		if x, err := strconv.ParseFloat(text, 64); err == nil && known(x) {
			return x
		}
	case "bool":
		if b, err := strconv.ParseBool(text); err == nil {
			return b
		}
	}
	return text
}

// list is never null.
func list(texts []string) []string { return append([]string{}, texts...) }

// number is null where there is none.
func number(x float64) any {
	if !known(x) {
		return nil
	}
	return x
}

// mean is an average amount to the cent, or null.
func mean(x float64) any {
	if !known(x) {
		return nil
	}
	return decimal.NewFromFloat(x).StringFixed(2)
}

// when is null for a time that never came.
func when(t engine.Time) any {
	if t == engine.NoTime {
		return nil
	}
	return int64(t)
}

// exactPrice is null for a price that is not known.
func exactPrice(in *engine.Instrument, p engine.Price) any {
	if !p.Known() {
		return nil
	}
	return in.Decimal(p).String()
}
