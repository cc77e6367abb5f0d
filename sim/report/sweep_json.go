package report

import (
	"bytes"
	"encoding/json"
	"fmt"

	"tollgate/sim/tune"
)

// SweepJSON is a sweep as one object: amounts are decimal strings, statistics
// numbers or null, runs from best to worst. Two sweeps that found the same give the
// same bytes but for elapsed_seconds and runs_from_before, each on a line of its own.
func SweepJSON(s *Sweep) ([]byte, error) {
	o := object{
		{"strategy", s.Strategy},
		{"script_hash", s.ScriptHash},
		{"feeds", list(s.Feeds)},
		{"events", s.Events},
		{"sessions", s.Sessions},
		{"objective", s.Objective.Name},
		{"search", s.Search},
		{"seed", s.Seed},
		{"tier", s.Tier},
		{"account", s.Account},
		{"fill_model", s.FillModel},
		{"latency_ns", int64(s.Latency)},
		{"start_equity", s.Cash.String()},
		{"space", s.spaceJSON()},
		{"elapsed_seconds", s.Elapsed.Seconds()},
		{"runs_from_before", s.Kept},
		{"warnings", list(s.warnings())},
		{"notes", list(s.Notes)},
		{"best", s.bestJSON()},
		{"deflated_sharpe", s.deflatedJSON()},
		{"monte_carlo", monteCarloJSON(s.MonteCarlo)},
		{"walk_forward", s.walkJSON()},
	}
	runs := []object{}
	for _, i := range s.Order {
		runs = append(runs, s.runJSON(&s.Runs[i]))
	}
	flat, err := plainJSON(append(o, member{"runs", runs}))
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

func (s *Sweep) spaceJSON() object {
	o := object{}
	for _, a := range s.Space {
		o = append(o, member{a.Name, list(a.Values)})
	}
	return o
}

func (s *Sweep) paramsJSON(p tune.Point) object {
	o := object{}
	for k, a := range s.Space {
		o = append(o, member{a.Name, a.Values[p[k]]})
	}
	return o
}

func (s *Sweep) bestJSON() any {
	b := s.best()
	if b == nil {
		return nil
	}
	return s.runJSON(b)
}

func (s *Sweep) runJSON(r *SweepRun) object {
	o := object{{"params", s.paramsJSON(r.Point)}, {"score", r.Score}}
	if r.Error != "" {
		return append(o, member{"error", r.Error})
	}
	return append(append(o, figuresJSON(&r.Figures)...), member{"neighbours", r.Around.Neighbours}, member{"neighbours_mean", r.Around.Mean},
		member{"neighbours_worst", r.Around.Worst}, member{"stability", number(r.Around.Ratio(float64(r.Score)))})
}

func figuresJSON(f *tune.Figures) object {
	o := object{
		{"net_pnl", f.Net.String()},
		{"fees", f.Fees.String()},
		{"max_drawdown", f.MaxDrawdown.String()},
		{"sessions", f.Sessions},
		{"round_trips", f.Trips},
		{"win_rate", f.WinRate},
		{"profit_factor", f.ProfitFactor},
		{"expectancy", f.Expectancy},
		{"sharpe", f.Sharpe},
		{"sortino", f.Sortino},
		{"decisions_hash", f.Hash},
	}
	if f.Halted != "" {
		o = append(o, member{"halted", f.Halted})
	}
	return o
}

func (s *Sweep) deflatedJSON() any {
	d := s.Deflated
	if d == nil {
		return nil
	}
	luck := any(nil)
	if d.DSR.Known() {
		luck = 1 - float64(d.DSR)
	}
	return object{
		{"basis", d.Basis},
		{"trials", d.Trials},
		{"periods", d.Periods},
		{"sharpe", d.Sharpe},
		{"best_by_luck", d.Luck},
		{"deflated_sharpe_ratio", d.DSR},
		{"probability_of_luck", luck},
	}
}

func monteCarloJSON(all []tune.Resampled) []object {
	out := []object{}
	for i := range all {
		m := &all[i]
		out = append(out, object{
			{"method", m.Method},
			{"samples", m.Samples},
			{"drawdown", distributionJSON(&m.Drawdown)},
			{"end_equity", distributionJSON(&m.End)},
			{"share_with_loss", m.Loss},
			{"share_with_deeper_drawdown", m.Deeper},
			{"drawdown_that_happened", m.Happened.String()},
		})
	}
	return out
}

func distributionJSON(d *tune.Distribution) object {
	o := object{}
	for i, p := range tune.Percentiles {
		o = append(o, member{fmt.Sprintf("p%02d", p), d.At[i].String()})
	}
	return o
}

func (s *Sweep) walkJSON() any {
	w := s.Walk
	if w == nil {
		return nil
	}
	windows := []object{}
	for i := range w.Windows {
		windows = append(windows, s.windowJSON(&w.Windows[i]))
	}
	days := []object{}
	for _, x := range w.Sessions {
		days = append(days, object{{"date", day(x.Date)}, {"net_pnl", (x.End - x.Start).String()}, {"end_equity", x.End.String()}})
	}
	return append(object{
		{"train_sessions", w.Train},
		{"test_sessions", w.Test},
		{"warmup_sessions", w.Warmup},
		{"anchored", w.Anchored},
		{"efficiency", w.Efficiency},
		{"score", w.Score},
		{"windows", windows},
		{"out_of_sample", figuresJSON(&w.Figures)},
	}, member{"out_of_sample_sessions", days})
}

func (s *Sweep) windowJSON(w *SweepWindow) object {
	o := object{
		{"train_from_ns", int64(w.Train.From)},
		{"train_to_ns", int64(w.Train.To)},
		{"test_from_ns", int64(w.Window.Test.From)},
		{"test_to_ns", int64(w.Window.Test.To)},
		{"first", day(w.First)},
		{"last", day(w.Last)},
		{"idle", w.Idle},
	}
	if w.Idle {
		return o
	}
	o = append(o, member{"params", s.paramsJSON(w.Point)}, member{"score", w.Score}, member{"in_sample", figuresJSON(&w.In)})
	if w.Error != "" {
		return append(o, member{"error", w.Error})
	}
	return append(o, member{"out_of_sample", figuresJSON(&w.Out)})
}
