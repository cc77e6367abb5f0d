package risk

import (
	"fmt"
	"time"

	"tollgate/engine"
)

// BudgetConfig is the token budget for calls to the broker. CrossTrade allows 3 a
// second with a burst of 20 per user, shared by everything the user runs.
type BudgetConfig struct {
	Rate    int64 // tokens per second, > 0
	Burst   int64 // capacity, > 0
	Reserve int64 // tokens that only flattening, protection and cancels may use, 0 <= Reserve < Burst
	Open    int64 // calls that may wait for an answer at a time, two more for flattening, protection and cancels; 0 = any number
}

// DefaultBudget is the broker's limit with six calls kept back.
var DefaultBudget = BudgetConfig{Rate: 3, Burst: 20, Reserve: 6}

// Budget is a token bucket on event time. It counts in units of 1e-9 token, so
// refilling at any whole rate is exact.
type Budget struct {
	cfg    BudgetConfig
	tokens int64 // 1e-9 token
	at     engine.Time
	open   int64 // calls without an answer
}

const token = int64(time.Second)

// NewBudget returns a full bucket. Values out of range are brought into it: a
// bucket always lets something through in the end, and never divides by zero.
func NewBudget(c BudgetConfig) Budget {
	c.Rate = min(max(c.Rate, 1), token)
	c.Burst = min(max(c.Burst, 1), token)
	c.Reserve = min(max(c.Reserve, 0), c.Burst-1)
	return Budget{cfg: c, tokens: c.Burst * token, at: engine.NoTime}
}

// Take spends one token for the request, or denies it with the time at which
// there will be one. The last Reserve tokens are out of reach for exits, entries
// and queries.
func (b *Budget) Take(r *engine.Request) *engine.Denial {
	b.refill(r.At)
	if b.crowded(r.Class) {
		return &engine.Denial{
			Code: Throttled, Limit: fmt.Sprint(b.cfg.Open), Value: fmt.Sprint(b.open),
			Text: "the broker has not answered the calls before", Retry: r.At.Add(answerWait),
		}
	}
	floor := int64(0)
	if r.Class > engine.ClassCancel {
		floor = b.cfg.Reserve * token
	}
	if b.tokens-floor >= token {
		b.tokens -= token
		b.open++
		return nil
	}
	missing := token - (b.tokens - floor)
	wait := (missing + b.cfg.Rate - 1) / b.cfg.Rate
	return &engine.Denial{
		Code: Throttled, Limit: fmt.Sprintf("%d/s", b.cfg.Rate), Value: fmt.Sprintf("%d ms short", (wait+999_999)/1_000_000),
		Text: "the budget of calls to the broker is spent", Retry: b.at + engine.Time(wait),
	}
}

// answerWait is how long to wait before asking again whether the broker has
// answered: answers do not come with a time.
const answerWait = 20 * time.Millisecond

// crowded reports whether too many calls wait for an answer. The broker closes the
// link after more than ten refusals in a row; fewer calls under way than that cannot
// all be refused before the first refusal is heard of.
func (b *Budget) crowded(c engine.Class) bool {
	most := b.cfg.Open
	if most > 0 && c <= engine.ClassCancel {
		most += 2
	}
	return most > 0 && b.open >= most
}

// Answered says that a call paid for has been answered or given up.
func (b *Budget) Answered() { b.open = max(0, b.open-1) }

// Drain leaves no tokens until a time, from which on they gather again. It is for
// when the broker refuses a call: somebody else spends from the same budget.
func (b *Budget) Drain(until engine.Time) {
	b.tokens, b.at = 0, max(b.at, until)
}

// Tokens is how many whole tokens there were at the last call.
func (b *Budget) Tokens() int64 { return b.tokens / token }

// Gauge is how many whole tokens there are at a time, and what the bucket is made of:
// its capacity, what it gains a second, and what is kept back. It changes nothing.
func (b *Budget) Gauge(now engine.Time) (tokens, burst, rate, reserve int64) {
	at := *b
	at.refill(now)
	return at.Tokens(), b.cfg.Burst, b.cfg.Rate, b.cfg.Reserve
}

// Level is how many tokens there are, in units of 1e-9, and as of when: enough
// to go on from after a restart.
func (b *Budget) Level() (tokens int64, at engine.Time) { return b.tokens, b.at }

// SetLevel takes up a Level of before. No call is under way.
func (b *Budget) SetLevel(tokens int64, at engine.Time) {
	b.tokens, b.at, b.open = min(max(tokens, 0), b.cfg.Burst*token), at, 0
}

// refill adds what time has brought. Time standing still or going back adds nothing.
func (b *Budget) refill(now engine.Time) {
	if b.at == engine.NoTime {
		b.at = now
	}
	elapsed := int64(now - b.at)
	if elapsed <= 0 {
		return
	}
	b.at = now
	full := b.cfg.Burst * token
	if elapsed >= (full-b.tokens)/b.cfg.Rate+1 {
		b.tokens = full
		return
	}
	b.tokens = min(full, b.tokens+elapsed*b.cfg.Rate)
}
