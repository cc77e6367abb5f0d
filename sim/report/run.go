package report

import (
	"time"

	"tollgate/engine"
	"tollgate/sim"
	"tollgate/strategies"
)

// Run is a finished backtest and everything a reader needs to judge it. Result
// must be set; every other field may be left empty and is then left out or said
// to be unknown. A Run is only read, never changed.
type Run struct {
	Result   *sim.Result
	Universe *engine.Universe // names, ticks and point values; the one the run used

	Strategy   string // as the user called it
	ScriptHash string // of the source, hexadecimal
	Account    string // for the account column of the CSV files; empty = "backtest"
	Params     []strategies.Param
	Feeds      []string // in the order given
	FillModel  string   // conservative, queue or touch
	Trigger    string   // what triggers stops: last, bidask or either
	Latency    time.Duration
	Seed       int64
	Tier       string        // interpreted or compiled
	Elapsed    time.Duration // reading the feed included; 0 = not measured

	AbsentLimits []string // keys of limits that were not set and so not enforced
	Warnings     []string // of the caller, printed before the report's own
	Notes        []string // what the feed lacks and how it was inferred
	Config       string   // the configuration as text, for the HTML report
}

func (r *Run) account() string {
	if r.Account == "" {
		return "backtest"
	}
	return r.Account
}

// instrument returns the facts of an instrument, or a stand-in with a tick of 1
// for an ID that the universe does not have.
func (r *Run) instrument(id engine.InstrumentID) *engine.Instrument {
	if r.Universe != nil && int(id) < r.Universe.Len() {
		return r.Universe.Get(id)
	}
	return &engine.Instrument{ID: id, Key: "instrument " + itoa(int(id)), Tick: engine.NanoScale, TickValue: engine.MoneyScale}
}

// member returns the name of a strategy instance.
func (r *Run) member(id engine.StrategyID) string {
	if int(id) < len(r.Result.Members) && r.Result.Members[id].Name != "" {
		return r.Result.Members[id].Name
	}
	if r.Strategy != "" {
		return r.Strategy
	}
	return "strategy " + itoa(int(id))
}

// eventsPerSecond is 0 when the run was not measured.
func (r *Run) eventsPerSecond() float64 {
	if r.Elapsed <= 0 {
		return 0
	}
	return float64(r.Result.Events) / r.Elapsed.Seconds()
}
