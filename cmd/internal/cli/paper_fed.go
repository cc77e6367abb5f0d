package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tollgate/cmd/internal/stack"
	"tollgate/configs"
	"tollgate/engine"
	"tollgate/engine/bridge"
	"tollgate/engine/gateway"
	"tollgate/sim/fakebridge"
)

// fed runs against a bridge inside this program that is fed with the broker's quotes.
// All that reaches the broker is what an Upstream can say, which is no order.
func (f *paperFlags) fed(ctx context.Context, c *cobra.Command, config *configs.Config, text []byte) error {
	if err := f.mayFeed(config); err != nil {
		return err
	}
	attempts := stack.AttemptsFile(config.DataDir)
	config.DataDir = paperDir(config)
	if err := os.MkdirAll(config.DataDir, 0o700); err != nil {
		return err
	}
	bc, err := f.fedConfig(config, text)
	if err != nil {
		return err
	}
	server, err := serveBridge(config, bc)
	if err != nil {
		return err
	}
	defer func() { _ = server.Close() }()
	d := f.display(c, "paper, live quotes")
	o := f.options(d, config, text, server.URL(), keyOf(bc))
	o.Clock, o.Scale = marketClock{server, 1}, 1
	if o.Upstream, err = upstreamOf(config, text, attempts, server); err != nil {
		return err
	}
	s, err := openStack(o)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	began := time.Now()
	err = runFed(ctx, d, s, server, o.Upstream.Run)
	return f.finishFed(c, s, server, time.Since(began), err)
}

// mayFeed checks what would make no sense, before anything starts.
func (f *paperFlags) mayFeed(config *configs.Config) error {
	if f.speed != 0 {
		return usage("--speed: live quotes come at their own speed; name a recording under paper.feed, or leave --speed out")
	}
	if slices.ContainsFunc(f.quirks, func(q string) bool { return strings.HasPrefix(q, "quote-pace") }) {
		return usage("--quirk quote-pace: live quotes come at the broker's pace; leave it out")
	}
	return mayConnect(config, tokenOf(config))
}

// mayConnect checks that there is a key, and that connecting takes the session from no
// program of ours: the broker serves one connection of a user.
func mayConnect(config *configs.Config, token func() (string, error)) error {
	if _, err := token(); err != nil {
		return usageError{err}
	}
	look := runningFlags{data: config.DataDir}
	dirs, err := look.dirs()
	if err != nil {
		return err
	}
	for _, d := range dirs {
		r, err := gateway.Call(d, gateway.Request{Do: stack.DoStatus})
		if !errors.Is(err, gateway.ErrNotRunning) && (filepath.Base(d) == "live" || hasLiveQuotes(r.Status)) {
			return usage("a program with the broker's link runs in %s, and connecting would take it away: stop that one first", d)
		}
	}
	return nil
}

// fedConfig is the simulated bridge that the quotes are pushed into. It hands on every
// quote as it comes and repeats none, so that silence stays silence.
func (f *paperFlags) fedConfig(config *configs.Config, text []byte) (fakebridge.Config, error) {
	bc, err := f.bridgeConfig(config)
	if err != nil {
		return bc, err
	}
	if bc.Universe, err = universeOf(config, text); err != nil {
		return bc, usageError{err}
	}
	bc.Speed, bc.Quirks.QuotePace, bc.Venue.StaleAfter = 1, "event", stack.SilentAfter
	return bc, nil
}

// upstreamOf is the link to the broker's quotes, with its end in the simulated bridge.
func upstreamOf(config *configs.Config, text []byte, attempts string, server *fakebridge.Server) (*stack.Upstream, error) {
	u, err := universeOf(config, text) // of its own: the other belongs to the server
	if err != nil {
		return nil, usageError{err}
	}
	return stack.NewUpstream(stack.UpstreamConfig{
		URL: config.Broker.URL, Token: tokenOf(config), Attempts: attempts, Universe: u, Now: realClock{}.Now,
		Without: "nothing fills until they are back", Gap: server.Withdraw,
		Quote: func(q *engine.Quote) error {
			server.Push(q)
			return nil
		},
	}), nil
}

// finishFed tells what came of the run. When the broker ended it before there was a
// quote, nothing came of it.
func (f *paperFlags) finishFed(c *cobra.Command, s *stack.Stack, server *fakebridge.Server, took time.Duration, err error) error {
	if notServed(err) && s.Upstream.Status().Quotes == 0 {
		return err
	}
	told := f.finish(c, s, server, took)
	if code := statusError(0); notServed(err) && errors.As(told, &code) {
		return err // a refusal is the better reason
	}
	return errors.Join(err, told)
}

// notServed reports whether the broker does not serve us.
func notServed(err error) bool {
	return errors.Is(err, bridge.ErrTakenOver) || errors.Is(err, bridge.ErrUnauthorized)
}
