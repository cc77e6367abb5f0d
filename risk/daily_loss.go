package risk

import "tollgate/engine"

// dailyLoss ends entries once the account has lost its limit since the session
// began, realised and unrealised together, fees included. Exits pass.
type dailyLoss struct{ limit engine.Money }

func (d dailyLoss) Judge(b *engine.Book, r *engine.Request) *engine.Denial {
	if r.Class != engine.ClassEntry {
		return nil
	}
	loss := -b.SessionPnL()
	if loss < d.limit {
		return nil
	}
	return deny(DailyLoss, d.limit, loss, "the account has lost its limit for this session; entries are over until the next")
}
