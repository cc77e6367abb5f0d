package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"tollgate/cmd/internal/stack"
	"tollgate/engine"
	"tollgate/engine/gateway"
	"tollgate/sim/fakebridge"
)

// paperResult is what a run through the live stack came to.
type paperResult struct {
	Hash        string                `json:"decisions_hash"`
	Journal     string                `json:"journal"`
	Elapsed     float64               `json:"elapsed_seconds"`
	Accounts    []gateway.AccountView `json:"accounts"`
	Stats       gateway.StatsView     `json:"stats"`
	LiveQuotes  *gateway.FeedView     `json:"live_quotes,omitempty"`
	Executions  *int                  `json:"executions,omitempty"` // at the simulated bridge
	Differences []string              `json:"differences,omitempty"`
	Link        string                `json:"link"` // at the end: down, syncing, ready
}

// finish prints what came of a run. Against a bridge of our own, belief is held
// against truth.
func (f *paperFlags) finish(c *cobra.Command, s *stack.Stack, server *fakebridge.Server, took time.Duration) error {
	v := s.View()
	r := paperResult{Hash: v.Hash, Journal: s.JournalDir(), Elapsed: took.Seconds(), Accounts: v.Accounts, Stats: v.Stats, LiveQuotes: v.LiveQuotes, Link: v.Link}
	if server != nil {
		l := server.Ledger()
		n := len(l.Executions)
		r.Executions, r.Differences = &n, compare(&v, &l)
	}
	if f.asJSON {
		text, err := json.MarshalIndent(r, "", "  ")
		if err != nil {
			return err
		}
		fmt.Fprintf(c.OutOrStdout(), "%s\n", text)
	} else {
		r.print(c)
	}
	if server == nil {
		warnWorking(c.ErrOrStderr(), &v)
	}
	for _, a := range r.Accounts {
		if a.Mode == engine.Killed.String() {
			return statusError(exitStopped)
		}
	}
	return nil
}

// warnWorking says that what was left at the broker is watched by nobody now.
func warnWorking(out io.Writer, v *gateway.View) {
	orders, held := 0, 0
	for _, a := range v.Accounts {
		orders += len(a.Orders)
		for _, p := range a.Positions {
			if p.Qty != 0 {
				held++
			}
		}
	}
	if orders+held > 0 {
		fmt.Fprintf(out, "%s and %s stay at the broker, and nobody watches them until the program runs again\n", countOf(orders, "working order"), countOf(held, "position"))
	}
}

// pricesText is the prices of an order, as they are added to its type.
func pricesText(o *gateway.OrderView) string {
	text := ""
	if o.Stop != "" {
		text += ", stop " + o.Stop
	}
	if o.Limit != "" {
		text += ", limit " + o.Limit
	}
	return text
}

func (r *paperResult) print(c *cobra.Command) {
	out := c.OutOrStdout()
	for _, a := range r.Accounts {
		fmt.Fprintf(out, "account      %s, %s, equity %s, session %s\n", a.Name, a.Mode, known(a.Equity), known(a.SessionPnL))
		for _, p := range a.Positions {
			fmt.Fprintf(out, "  %-12s %s  position %+d  realised %s  unrealised %s\n", p.Strategy, p.Instrument, p.Qty, p.Realized, p.Unrealized)
		}
		for _, o := range a.Orders {
			fmt.Fprintf(out, "  open order   %s  %s %d %s %s%s, %s, %d filled\n", o.ID, o.Side, o.Qty, o.Type, o.Instrument, pricesText(&o), o.State, o.Filled)
		}
	}
	if q := r.LiveQuotes; q != nil {
		fmt.Fprintf(out, "live quotes  %d, %d left out, %d interruptions\n", q.Quotes, q.Faults, q.Gaps)
	}
	x := r.Stats
	fmt.Fprintf(out, "quotes       %d\ncalls        %d, %d of them questions, %d refused, %d without an answer\n", x.Quotes, x.Calls, x.Questions, x.Refused, x.Lost)
	fmt.Fprintf(out, "fills        %d, learned after %d ms on average at most\n", x.Fills, x.FillDelayMS)
	if r.Executions != nil {
		fmt.Fprintf(out, "executions   %d at the bridge\n", *r.Executions)
		if len(r.Differences) == 0 {
			fmt.Fprintln(out, "belief       equals the truth at the bridge")
		}
	}
	for _, d := range r.Differences {
		fmt.Fprintln(out, "DIFFERENCE   "+d)
	}
	if len(r.Differences) > 0 && r.Link != "ready" {
		fmt.Fprintf(out, "             the link was %s at the end: what happened at the bridge meanwhile is learned when it is back\n", r.Link)
	}
	fmt.Fprintf(out, "journal      %s\ndecisions    %s\n", r.Journal, r.Hash)
}
