package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tollgate/cmd/internal/stack"
	"tollgate/engine"
	"tollgate/engine/gateway"
	"tollgate/sim/fakebridge"
	"tollgate/sim/fakebridge/broker"
)

// runFed runs the stack against a simulated bridge of ours, until the stack or the
// source of the quotes ends. The source leaves the quotes withdrawn; then nothing fills
// any more, and the gateway is given time to learn what has filled.
func runFed(ctx context.Context, d *display, s *stack.Stack, server *fakebridge.Server, source func(context.Context) error) error {
	quotes, stopQuotes := context.WithCancel(ctx)
	defer stopQuotes()
	running, stop := context.WithCancel(context.Background())
	defer stop()
	ended := make(chan error, 1)
	go func() {
		err := source(quotes)
		settle(running, s, server)
		stop()
		ended <- err
	}()
	err := d.run(running, s)
	stop()
	stopQuotes()
	return errors.Join(err, <-ended)
}

// settleWait is how long the gateway may take to learn of the last fills.
const settleWait = 3 * time.Second

// settle waits until the gateway knows all that has filled.
func settle(ctx context.Context, s *stack.Stack, server *fakebridge.Server) {
	ctx, cancel := context.WithTimeout(ctx, settleWait)
	defer cancel()
	t := time.NewTicker(50 * time.Millisecond)
	defer t.Stop()
	for {
		v, err := s.Look(ctx)
		if err != nil {
			return
		}
		if truth := server.Ledger(); len(compare(&v, &truth)) == 0 && !behind(&v, &truth) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// behind reports whether an order that the gateway holds for open has ended, or filled
// further.
func behind(v *gateway.View, truth *broker.Ledger) bool {
	filled := map[string]engine.Qty{}
	for _, a := range v.Accounts {
		for _, o := range a.Orders {
			filled[o.ID] = o.Filled
		}
	}
	for i := range truth.Orders {
		o := &truth.Orders[i]
		believed, open := filled[o.OwnID]
		if !open {
			continue
		}
		switch o.State {
		case "Filled", "Cancelled", "Rejected":
			return true
		}
		if o.Filled != believed {
			return true
		}
	}
	return false
}

// compare names what the gateway believes that is not so.
func compare(v *gateway.View, truth *broker.Ledger) []string {
	var wrong []string
	for _, a := range v.Accounts {
		believed := map[string]engine.Qty{}
		for _, p := range a.Positions {
			believed[p.Instrument] += p.Qty
		}
		for _, t := range truth.Accounts {
			if t.Name != a.Name {
				continue
			}
			for _, p := range t.Positions {
				if believed[p.Instrument] != p.Qty {
					wrong = append(wrong, fmt.Sprintf("%s %s: believed %+d, truth %+d", a.Name, p.Instrument, believed[p.Instrument], p.Qty))
				}
				delete(believed, p.Instrument)
			}
		}
		for instrument, qty := range believed {
			if qty != 0 {
				wrong = append(wrong, fmt.Sprintf("%s %s: believed %+d, truth flat", a.Name, instrument, qty))
			}
		}
	}
	slices.Sort(wrong)
	return wrong
}
