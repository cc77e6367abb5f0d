package stack

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"tollgate/engine"
	"tollgate/engine/gateway"
	"tollgate/strategies/worker"
)

// Words other than the verbs that a running program understands.
const (
	DoStatus   = "status"
	DoReload   = "reload"
	DoRollback = "rollback"
	DoTakeover = "takeover"
)

// answer does what another process of this machine asks.
func (s *Stack) answer(ctx context.Context, r gateway.Request) gateway.Response {
	text, err := "", error(nil)
	switch r.Do {
	case DoStatus:
		return s.status(ctx)
	case DoReload, DoRollback:
		text, err = s.renew(ctx, r)
	case DoTakeover:
		s.link.Takeover()
		text = "the link takes the session back as soon as it may"
	default:
		text, err = s.command(ctx, r)
	}
	if err != nil {
		return gateway.Response{Error: err.Error()}
	}
	return gateway.Response{Text: text}
}

func (s *Stack) status(ctx context.Context) gateway.Response {
	v, err := s.Look(ctx)
	if err != nil {
		return gateway.Response{Error: err.Error()}
	}
	b, err := json.Marshal(v)
	if err != nil {
		return gateway.Response{Error: err.Error()}
	}
	return gateway.Response{Status: b}
}

// command carries out a verb. The sign of a kill is on disk before anything else
// happens, and goes only when trading may go on.
func (s *Stack) command(ctx context.Context, r gateway.Request) (string, error) {
	v, err := gateway.ParseVerb(r.Do)
	if err != nil {
		return "", err
	}
	account, err := s.accountOf(r.Account)
	if err != nil {
		return "", err
	}
	why := r.Text
	if why == "" {
		why = "by hand"
	}
	if v == gateway.Kill && account == gateway.All {
		if err := SetKilled(s.Config.DataDir, why); err != nil {
			return "", err
		}
	}
	if v == gateway.Resume {
		if err := ClearKilled(s.Config.DataDir); err != nil {
			return "", err
		}
	}
	if err := s.shell.Order(ctx, account, v, why); err != nil {
		return "", err
	}
	switch v {
	case gateway.Kill:
		return s.until(ctx, account, killed)
	case gateway.Flatten:
		return s.until(ctx, account, flattened)
	}
	if v == gateway.Resume {
		return s.resumed(ctx, account)
	}
	return v.String() + ": done", nil
}

// resumed says what keeps an account from trading that a person let go on.
func (s *Stack) resumed(ctx context.Context, account int) (text string, err error) {
	err = s.shell.Ask(ctx, func(c *gateway.Core) { text = "resume: done" + waitsFor(c.View(engine.NoTime), account) })
	return text, err
}

// waitsFor names what resume cannot change; empty when trading goes on.
func waitsFor(v gateway.View, account int) string {
	if v.Link != "ready" {
		return fmt.Sprintf(", but nothing is traded while the link is %s: %s", v.Link, v.LinkReason)
	}
	text := ""
	for i, a := range v.Accounts {
		if (account == gateway.All || account == i) && a.Mode == gateway.ModeAbsent {
			text += fmt.Sprintf(", but %s is not traded: %s", a.Name, a.Reason)
		}
	}
	return text
}

func (s *Stack) accountOf(name string) (int, error) {
	if name == "" {
		return gateway.All, nil
	}
	for i := range s.Config.Accounts {
		if strings.EqualFold(s.Config.Accounts[i].Name, name) {
			return i, nil
		}
	}
	return 0, fmt.Errorf("there is no account %q here", name)
}

// renew asks the worker that has a strategy for another version of it.
func (s *Stack) renew(ctx context.Context, r gateway.Request) (string, error) {
	for _, h := range s.houses {
		for _, t := range h.trades {
			if t.config.Name != r.Name {
				continue
			}
			select {
			case <-h.serving:
			case <-ctx.Done():
				return "", fmt.Errorf("the worker of %s does not run yet: %w", h.name, ctx.Err())
			}
			if r.Do == DoRollback {
				return worker.AskRollback(ctx, s.bus, h.name, workerName, r.Name, r.Text)
			}
			return worker.AskReload(ctx, s.bus, h.name, workerName, r.Name)
		}
	}
	return "", fmt.Errorf("no strategy is called %q here", r.Name)
}

// watchKilled obeys the sign of a kill when it appears while the program runs: it
// works without the control door.
func (s *Stack) watchKilled(ctx context.Context) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	was := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		reason, killed := Killed(s.Config.DataDir)
		if killed && !was && !s.obeyed(ctx) {
			one, cancel := context.WithTimeout(ctx, flatWait)
			_ = s.shell.Order(one, gateway.All, gateway.Kill, reason) // a gateway that has ended trades nothing
			cancel()
		}
		was = killed
	}
}
