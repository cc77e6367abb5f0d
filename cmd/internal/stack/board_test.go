package stack

import (
	"fmt"
	"testing"

	"tollgate/configs"
	"tollgate/engine"
	"tollgate/engine/gateway"
)

func boardOf(lines ...strategyLine) *board {
	var b board
	for _, l := range lines {
		l.State = gateway.StrategyRunning
		b.enlist(l)
	}
	return &b
}

func states(b *board) string {
	var v gateway.View
	b.fill(&v)
	out := ""
	for _, s := range v.Strategies {
		out += fmt.Sprintf("%s %s %s %q; ", s.Name, s.State, s.Version, s.Reason)
	}
	return out
}

// TestBoardStrategies: what a worker says changes the line of the instance it is about,
// and a worker that is not heard of all lines of its account, until it is again.
func TestBoardStrategies(t *testing.T) {
	line := func(account int, id engine.StrategyID, name string) strategyLine {
		return strategyLine{account: account, id: id, StrategyView: gateway.StrategyView{Name: name, Version: "v1"}}
	}
	b := boardOf(line(0, 0, "a"), line(0, 1, "b"), line(1, 0, "c"))
	for _, step := range []struct {
		do   func()
		want string
	}{
		{func() {}, `a running v1 ""; b running v1 ""; c running v1 ""; `},
		{func() { b.news(0, &engine.Version{Strategy: 1, Hash: "v2"}) }, `a running v1 ""; b running v2 ""; c running v1 ""; `},
		{func() {
			b.news(0, &engine.Log{Strategy: 1, Text: "reload of b refused, the running version goes on: x"})
		}, `a running v1 ""; b running v2 "at 00:00:00: reload of b refused, the running version goes on: x"; c running v1 ""; `},
		{func() { b.news(0, &engine.Log{Strategy: 1, Text: "reload of nobody refused"}) }, `a running v1 ""; b running v2 "at 00:00:00: reload of b refused, the running version goes on: x"; c running v1 ""; `},
		{func() { b.news(0, &engine.Version{Strategy: 1, Hash: "v1", Rollback: "panic in OnBar"}) }, `a running v1 ""; b running v1 "panic in OnBar"; c running v1 ""; `},
		{func() { b.news(0, &engine.Halt{Strategy: 0, Reason: "it failed"}) }, `a stopped v1 "it failed"; b running v1 "panic in OnBar"; c running v1 ""; `},
		{func() { b.heard(0, "nothing for 2s") }, `a stopped v1 "it failed"; b silent v1 "nothing for 2s"; c running v1 ""; `},
		{func() { b.heard(0, "") }, `a stopped v1 "it failed"; b running v1 "panic in OnBar"; c running v1 ""; `},
	} {
		step.do()
		if got := states(b); got != step.want {
			t.Errorf("got  %s\nwant %s", got, step.want)
		}
	}
}

// TestBoardEvents: what people were told is put among the gateway's own events by time,
// newest first; the oldest is forgotten.
func TestBoardEvents(t *testing.T) {
	var b board
	for i := range keepTold + 2 {
		b.say(engine.Time(10*i), gateway.Note, fmt.Sprint("told ", i))
	}
	b.say(25, gateway.Alarm, "late")
	v := gateway.View{Events: []gateway.EventView{{Time: 655, Text: "second"}, {Time: 645, Text: "fourth"}}}
	b.fill(&v)
	if n := len(v.Events); n != keepTold+2 || v.Events[0].Text != "second" || v.Events[1].Text != "told 65" || v.Events[2].Text != "fourth" || v.Events[3].Text != "told 64" {
		t.Errorf("%d: %+v", n, v.Events[:4])
	}
	if last := v.Events[len(v.Events)-1]; last.Text != "late" || last.Kind != gateway.EventAlarm {
		t.Errorf("the oldest is %+v", last)
	}
}

// TestViewLimits: an account's limits are those of its configuration.
func TestViewLimits(t *testing.T) {
	drawdown := &configs.Drawdown{Amount: engine.Dollars(2000)}
	s := &Stack{Options: Options{Config: &configs.Config{Accounts: []configs.Account{{MaxWorking: 3, DailyLoss: engine.Dollars(500), Drawdown: drawdown}, {}}}}}
	v := gateway.View{Accounts: make([]gateway.AccountView, 2)}
	s.complete(&v)
	if *v.Accounts[0].Limits != (gateway.LimitsView{DailyLoss: "500.00", Drawdown: "2000.00", MaxWorking: 3}) || *v.Accounts[1].Limits != (gateway.LimitsView{}) {
		t.Errorf("%+v, %+v", v.Accounts[0].Limits, v.Accounts[1].Limits)
	}
}

// TestCrashing: before a panic of one of its goroutines ends the program, the terminal
// is put in order, and the panic goes on as it was.
func TestCrashing(t *testing.T) {
	said := ""
	s := &Stack{Options: Options{Crash: func() { said += "in order;" }}}
	defer func() {
		if r := recover(); r != "on purpose" || said != "in order;" {
			t.Errorf("recovered %v, said %q", r, said)
		}
	}()
	func() { defer s.crashing() }()
	if said != "" {
		t.Error("there was no panic")
	}
	defer s.crashing()
	panic("on purpose")
}
