package stack

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"tollgate/engine"
	"tollgate/engine/gateway"
)

// How long a person is kept waiting for an account to be flat, and for a link that
// is down.
const (
	flatWait = 20 * time.Second
	linkWait = 5 * time.Second
)

// until waits for what was ordered and says what came of it. The error says what is
// not done yet; it happens all the same.
func (s *Stack) until(ctx context.Context, account int, done func(a *gateway.AccountView) (text string, ok bool)) (string, error) {
	t := time.NewTicker(50 * time.Millisecond)
	defer t.Stop()
	for begun := time.Now(); ; {
		v, err := s.Look(ctx)
		if err != nil {
			return "", err
		}
		text, ok := outcome(&v, account, done)
		if ok {
			return text, nil
		}
		if waited := time.Since(begun); waited > flatWait || waited > linkWait && (v.Link == "down" || !v.Addon) {
			return "", errors.New("ordered, and not done yet: " + text)
		}
		select {
		case <-t.C:
		case <-ctx.Done():
			return "", errors.New("ordered, and not done yet: " + text)
		}
	}
}

// outcome puts together what there is to say of the accounts.
func outcome(v *gateway.View, account int, done func(a *gateway.AccountView) (text string, ok bool)) (string, bool) {
	var lines []string
	all := true
	for i := range v.Accounts {
		if account != gateway.All && account != i {
			continue
		}
		text, ok := done(&v.Accounts[i])
		lines, all = append(lines, v.Accounts[i].Name+": "+text), all && ok
	}
	if !all && (v.Link != "ready" || !v.Addon) {
		lines = append(lines, "the broker cannot be asked, what it holds is not known ("+v.LinkReason+"); it happens as soon as it answers: see tollgate status")
	}
	return strings.Join(lines, "\n"), all
}

// killed: the broker has confirmed, later than the kill, that nothing is left.
func killed(a *gateway.AccountView) (string, bool) {
	if left := leftOf(a, func(string) bool { return true }); left != "" {
		return left, false
	}
	if a.Unverified {
		return "the broker has not confirmed yet that it is flat", false
	}
	return "flat, and no order is open; the broker confirms it", true
}

// flattened: what strategies held when it was said is closed. What they do after it is
// a new matter, and what was done by hand is a person's.
func flattened(a *gateway.AccountView) (string, bool) {
	if a.Flattening {
		return leftOf(a, func(string) bool { return true }), false
	}
	text := "what the strategies held is closed"
	if again := leftOf(a, func(s string) bool { return s != engine.Manual }); again != "" {
		text += "; they have traded since, or it could not be closed: " + again
	}
	if byHand := leftOf(a, func(s string) bool { return s == engine.Manual }); byHand != "" {
		text += "; what was done by hand is left alone: " + byHand + "; tollgate kill closes that, too"
	}
	return text, true
}

// leftOf names what is still held or open for some strategies of an account.
func leftOf(a *gateway.AccountView, of func(strategy string) bool) string {
	var left []string
	n := 0
	for _, o := range a.Orders {
		if of(o.Strategy) {
			n++
		}
	}
	if n > 0 {
		left = append(left, fmt.Sprintf("%d open %s", n, map[bool]string{true: "order", false: "orders"}[n == 1]))
	}
	for _, p := range a.Positions {
		if p.Qty != 0 && of(p.Strategy) {
			left = append(left, fmt.Sprintf("%+d %s of %s", p.Qty, p.Instrument, p.Strategy))
		}
	}
	return strings.Join(left, ", ")
}

// obeyed reports whether every account is killed already.
func (s *Stack) obeyed(ctx context.Context) bool {
	v, err := s.Look(ctx)
	if err != nil {
		return false
	}
	for i := range v.Accounts {
		if v.Accounts[i].Mode != engine.Killed.String() {
			return false
		}
	}
	return true
}
