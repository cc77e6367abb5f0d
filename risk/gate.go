package risk

import (
	"fmt"

	"tollgate/engine"
)

// The codes of the gate's denials. They are stable: people alert on them.
const (
	MaxPosition engine.Code = "max_position"
	MaxOrder    engine.Code = "max_order"
	MaxWorking  engine.Code = "max_working_orders"
	PriceBand   engine.Code = "price_band"
	StaleQuote  engine.Code = "stale_quote"
	DailyLoss   engine.Code = "daily_loss"
	Throttled               = engine.Throttled
)

// Rule judges one request against the book. It answers nil or a denial, keeps
// nothing of what it is shown, and changes nothing.
type Rule interface {
	Judge(b *engine.Book, r *engine.Request) *engine.Denial
}

// Gate asks every rule and then the budget. Make it with New.
type Gate struct {
	rules  []Rule
	budget *Budget
}

// New makes the gate for one account.
func New(l Limits, b BudgetConfig) *Gate {
	budget := NewBudget(b)
	return Sharing(l, &budget)
}

// Sharing makes the gate of an account that pays from a budget it shares with
// others: the broker counts the calls of a user, not of an account.
func Sharing(l Limits, b *Budget) *Gate { return &Gate{rules: l.rules(), budget: b} }

// Judge implements engine.Gate.
func (g *Gate) Judge(b *engine.Book, r *engine.Request) (engine.Permit, *engine.Denial) {
	if r.Class >= engine.ClassExit {
		for _, rule := range g.rules {
			if d := rule.Judge(b, r); d != nil {
				return engine.Permit{}, d
			}
		}
	}
	if d := g.budget.Take(r); d != nil {
		return engine.Permit{}, d
	}
	return engine.Grant(r), nil
}

// deny makes a denial that asking again cannot change.
func deny(code engine.Code, limit, value any, format string, args ...any) *engine.Denial {
	return &engine.Denial{
		Code: code, Limit: fmt.Sprint(limit), Value: fmt.Sprint(value),
		Text: fmt.Sprintf(format, args...), Retry: engine.NoTime,
	}
}
