package report

import (
	"encoding/csv"
	"io"
	"strconv"

	"tollgate/engine"
)

// The columns of the CSV files. Times are nanoseconds since 1970 UTC; prices and
// amounts are exact decimals; a field that does not apply is empty.
var (
	fillColumns = []string{
		"ts_ns", "strategy", "account", "instrument", "side", "qty", "price", "fee", "order_id", "position", "realized_pnl",
	}
	orderColumns = []string{
		"order_id", "strategy", "account", "instrument", "side", "type", "tif", "qty", "limit", "stop", "state", "filled",
		"average_price", "fees", "sent_ns", "ended_ns", "parent_id", "oco", "class", "reason",
	}
	equityColumns = []string{"ts_ns", "equity", "drawdown"}
	tripColumns   = []string{
		"opened_ns", "closed_ns", "strategy", "account", "instrument", "side", "max_qty", "contracts",
		"entry_price", "exit_price", "pnl", "fees", "net_pnl", "mae", "mfe",
	}
)

// writeCSV writes a header and n rows.
func writeCSV(w io.Writer, columns []string, n int, row func(i int) []string) error {
	c := csv.NewWriter(w)
	if err := c.Write(columns); err != nil {
		return err
	}
	for i := range n {
		if err := c.Write(row(i)); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// FillsCSV writes one line for each execution, in order. realized_pnl is what
// the fill realised, before its fee; position is the strategy instance's after it.
func FillsCSV(w io.Writer, run *Run) error {
	return writeCSV(w, fillColumns, len(run.Result.Fills), func(i int) []string {
		f := &run.Result.Fills[i]
		in := run.instrument(f.Instrument)
		return []string{
			nanos(f.At), run.member(f.Strategy), run.account(), in.Key, f.Side.String(), number64(f.Qty),
			priceField(in, f.Price), f.Fee.String(), strconv.FormatUint(uint64(f.Order), 10), number64(f.Position), f.Realized.String(),
		}
	})
}

// OrdersCSV writes one line for each order, in the order of sending, as it stood
// at the end. average_price is rounded to 12 decimals.
func OrdersCSV(w io.Writer, run *Run) error {
	return writeCSV(w, orderColumns, len(run.Result.Orders), func(i int) []string {
		return run.orderRow(i, &run.Result.Orders[i])
	})
}

// orderRow is one order. One of which nothing was ever heard has only its number,
// which is its place in the order of sending.
func (r *Run) orderRow(i int, o *engine.Order) []string {
	if o.ID == 0 {
		row := make([]string, len(orderColumns))
		row[0], row[2], row[10] = itoa(i+1), r.account(), engine.InFlight.String()
		return row
	}
	in, t := r.instrument(o.Terms.Instrument), &o.Terms
	return []string{
		strconv.FormatUint(uint64(o.ID), 10), r.member(o.Strategy), r.account(), in.Key, t.Side.String(), t.Type.String(),
		t.TIF.String(), number64(t.Qty), priceField(in, t.Limit), priceField(in, t.Stop), o.State.String(), number64(o.Filled),
		vwapField(in, engine.VWAP{Notional: o.Notional, Qty: o.Filled}), o.Fees.String(), nanos(o.Sent), nanos(o.Ended),
		optional(uint64(o.Parent)), optional(uint64(t.OCO)), o.Class.String(), o.Reason,
	}
}

// EquityCSV writes the equity curve, thinned as the Result says.
func EquityCSV(w io.Writer, run *Run) error {
	return writeCSV(w, equityColumns, len(run.Result.Equity), func(i int) []string {
		p := &run.Result.Equity[i]
		return []string{nanos(p.At), p.Equity.String(), p.Drawdown.String()}
	})
}

// TripsCSV writes one line for each finished round trip. pnl is before fees, mae
// and mfe are the worst and the best profit on the way, before fees too.
func TripsCSV(w io.Writer, run *Run) error {
	return writeCSV(w, tripColumns, len(run.Result.Trips), func(i int) []string {
		t := &run.Result.Trips[i]
		in := run.instrument(t.Instrument)
		return []string{
			nanos(t.Opened), nanos(t.Closed), run.member(t.Strategy), run.account(), in.Key, t.Side.String(),
			number64(t.MaxQty), number64(t.Contracts), vwapField(in, t.Entry), vwapField(in, t.Exit),
			t.PnL.String(), t.Fees.String(), t.Net().String(), t.MAE.String(), t.MFE.String(),
		}
	})
}

// LogText writes the lines that strategies logged, each with its time and author.
func LogText(w io.Writer, run *Run) error {
	for _, l := range run.Result.Logs {
		if _, err := io.WriteString(w, l.At.String()+" "+clean(run.member(l.Strategy))+": "+clean(l.Text)+"\n"); err != nil {
			return err
		}
	}
	return nil
}

func number64(q engine.Qty) string { return strconv.FormatInt(int64(q), 10) }

func nanos(t engine.Time) string {
	if t == engine.NoTime {
		return ""
	}
	return strconv.FormatInt(int64(t), 10)
}

func optional(n uint64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatUint(n, 10)
}

func priceField(in *engine.Instrument, p engine.Price) string {
	if !p.Known() {
		return ""
	}
	return in.Decimal(p).String()
}

func vwapField(in *engine.Instrument, v engine.VWAP) string {
	if v.Qty == 0 {
		return ""
	}
	return vwap(in, v).String()
}
