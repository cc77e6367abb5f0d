package stack

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"tollgate/engine"
	"tollgate/engine/gateway"
)

// keepTold is how many of the newest things told to people are remembered.
const keepTold = 64

// board is what people may read about strategies, and what they were told. Any
// goroutine may write on it; nobody holds it for longer than a copy takes.
type board struct {
	mu         sync.Mutex
	told       []gateway.EventView // oldest first
	strategies []strategyLine
}

// strategyLine is a strategy instance as its account's Desk knows it.
type strategyLine struct {
	account int
	id      engine.StrategyID
	silent  string // what is known of a worker that does not answer
	gateway.StrategyView
}

// say takes note of what people are told.
func (b *board) say(at engine.Time, kind gateway.OutputKind, text string) {
	e := gateway.EventView{Time: at, Kind: gateway.EventNote, Text: text}
	if kind == gateway.Alarm {
		e.Kind = gateway.EventAlarm
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.told) == keepTold {
		b.told = append(b.told[:0], b.told[1:]...)
	}
	b.told = append(b.told, e)
}

// enlist begins a strategy's line.
func (b *board) enlist(l strategyLine) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.strategies = append(b.strategies, l)
}

// change changes the lines of an account's strategies.
func (b *board) change(account int, f func(*strategyLine)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range b.strategies {
		if b.strategies[i].account == account {
			f(&b.strategies[i])
		}
	}
}

// news takes note of what a worker says.
func (b *board) news(account int, c engine.Command) {
	switch c := c.(type) {
	case *engine.Halt:
		b.change(account, func(l *strategyLine) {
			if l.id == c.Strategy {
				l.State, l.Reason = gateway.StrategyStopped, c.Reason
			}
		})
	case *engine.Log:
		b.refused(account, c)
	case *engine.Version:
		b.change(account, func(l *strategyLine) {
			if l.id == c.Strategy {
				l.Version, l.Since, l.Reason = c.Hash, c.At, c.Rollback
			}
		})
	}
}

// refused takes note of a new version that was not taken; a worker says so in a line
// of text, about the first instance of the strategy.
func (b *board) refused(account int, l *engine.Log) {
	b.change(account, func(x *strategyLine) {
		if strings.HasPrefix(l.Text, "reload of "+x.Name+" refused") {
			x.Reason = fmt.Sprintf("at %s: %s", l.At.UTC().Format("15:04:05"), l.Text)
		}
	})
}

// heard takes note of whether a worker answers: silent is empty when it does.
func (b *board) heard(account int, silent string) {
	b.change(account, func(l *strategyLine) { l.silent = silent })
}

// fill puts on a view what the gateway itself does not know.
func (b *board) fill(v *gateway.View) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, l := range b.strategies {
		s := l.StrategyView
		if l.silent != "" && s.State == gateway.StrategyRunning {
			s.State, s.Reason = gateway.StrategySilent, l.silent
		}
		v.Strategies = append(v.Strategies, s)
	}
	for i := len(b.told) - 1; i >= 0; i-- {
		v.Events = append(v.Events, b.told[i])
	}
	slices.SortStableFunc(v.Events, func(x, y gateway.EventView) int { return int(min(max(y.Time-x.Time, -1), 1)) })
}

// tell tells people something, and remembers it for those who look later.
func (s *Stack) tell(kind gateway.OutputKind, text string) {
	s.board.say(s.Clock.Now(), kind, text)
	s.Tell(kind, text)
}

// Look is what the program knows while Run is under way. It waits until the gateway
// is between two steps; the gateway waits for nobody but the time it takes to copy.
func (s *Stack) Look(ctx context.Context) (gateway.View, error) {
	var v gateway.View
	now := s.Clock.Now()
	if err := s.shell.Ask(ctx, func(c *gateway.Core) { v = c.View(now) }); err != nil {
		return gateway.View{}, err // v may still be written to
	}
	s.complete(&v)
	return v, nil
}

// View is what the program knows. Not while Run is under way: Look is for that.
func (s *Stack) View() gateway.View {
	v := s.shell.Core.View(s.Clock.Now())
	s.complete(&v)
	return v
}

// complete adds what is known outside the gateway: limits, strategies, what was told.
func (s *Stack) complete(v *gateway.View) {
	for i := range v.Accounts {
		a := &s.Config.Accounts[i]
		l := gateway.LimitsView{MaxWorking: a.MaxWorking}
		if a.DailyLoss > 0 {
			l.DailyLoss = a.DailyLoss.String()
		}
		if a.Drawdown != nil {
			l.Drawdown = a.Drawdown.Amount.String()
		}
		v.Accounts[i].Limits = &l
	}
	if s.Upstream != nil {
		u := s.Upstream.Status()
		v.LiveQuotes = &u
	}
	s.board.fill(v)
}
