package bridge

import (
	"strings"
	"time"

	"tollgate/engine"
)

// ListAccounts asks for all accounts.
func ListAccounts() Call { return Call{api: "ListAccounts"} }

// GetAccount asks for one account.
func GetAccount(account string) Call { return Call{api: "GetAccount"}.with("account", account) }

// ListPositions asks for the positions of an account that are not flat.
func ListPositions(account string) Call { return Call{api: "ListPositions"}.with("account", account) }

// GetPosition asks for one position. Being flat may be answered with a failure of
// class NoPosition.
func GetPosition(account, instrument string) Call {
	return Call{api: "GetPosition"}.with("account", account).with("instrument", instrument)
}

// ListOrders asks for the orders of an account; whether of today or open ones only
// is not known.
func ListOrders(account string) Call { return Call{api: "ListOrders"}.with("account", account) }

// GetOrderStatus asks for the state of an order.
func GetOrderStatus(account, order string) Call {
	return Call{api: "GetOrderStatus"}.with("account", account).with("orderId", order)
}

// GetOrderLifecycle asks what became of an order, up to 90 days back, by the
// broker's id or the caller's own. Add-ons before 1.13.2 answer with UnknownAPI.
func GetOrderLifecycle(account, order string) Call {
	return Call{api: "GetOrderLifecycle"}.with("account", account).with("orderId", order).with("includeFills", true)
}

// maxLookBack is how far back executions can be asked for.
const maxLookBack = 900 * time.Second

// ListExecutions asks for the executions of an account, at most 15 minutes back;
// a longer time is taken for that, a shorter one than a second for a second.
func ListExecutions(account string, back time.Duration) Call {
	seconds := engine.Qty(min(max(back, time.Second), maxLookBack) / time.Second)
	return Call{api: "ListExecutions"}.with("account", account).with("lookbackTime", seconds)
}

// GetExecution asks for one execution.
func GetExecution(account, execution string) Call {
	return Call{api: "GetExecution"}.with("account", account).with("executionId", execution)
}

// GetExecutionsByOrderID asks for the executions of one order.
func GetExecutionsByOrderID(account, order string) Call {
	return Call{api: "GetExecutionsByOrderId"}.with("account", account).with("orderId", order)
}

// GetQuote asks for full quotes, tick size and point value among them.
func GetQuote(instruments ...string) Call {
	return Call{api: "GetQuote"}.with("instrument", strings.Join(instruments, ","))
}

// BarsQuery says which bars are wanted. The zero value of a field is the broker's
// default: minutes, of one, of one day back, at most 5000.
type BarsQuery struct {
	Instrument string
	Unit       string // minute, day, week, month, year
	Period     int
	DaysBack   int       // not used with From
	From, To   time.Time // UTC
	Limit      int       // the newest so many
}

// GetBars asks for bars. It is slow: allow 40 s for the answer.
func GetBars(q BarsQuery) Call {
	c := Call{api: "GetBars"}.with("instrument", q.Instrument)
	if q.Unit != "" {
		c = c.with("periodType", q.Unit)
	}
	for _, x := range []struct {
		key string
		n   int
	}{{"period", q.Period}, {"daysBack", q.DaysBack}, {"limit", q.Limit}} {
		if x.n > 0 {
			c = c.with(x.key, engine.Qty(x.n))
		}
	}
	for _, x := range []struct {
		key string
		at  time.Time
	}{{"from", q.From}, {"to", q.To}} {
		if !x.at.IsZero() {
			c = c.with(x.key, x.at.UTC().Format(time.RFC3339))
		}
	}
	return c
}

// MarketInfo asks for the session of an instrument. The function may have another
// name in an add-on: UnknownAPI then.
func MarketInfo(instrument string) Call {
	return Call{api: "MarketInfo"}.with("instrument", instrument)
}

// GetWatermarks asks for the highs of an account; it is answered without the add-on, too.
func GetWatermarks(account string) Call { return Call{api: "GetWatermarks"}.with("account", account) }

// ListStrategies asks for the strategies of NinjaTrader that run on an account.
func ListStrategies(account string) Call {
	return Call{api: "ListStrategies"}.with("account", account)
}

// GetConnections asks for NinjaTrader's connections to brokers and data feeds.
func GetConnections() Call { return Call{api: "GetConnections"} }
