package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"tollgate/engine"
	"tollgate/sim/tune"
)

// SweepCSV writes a row for each run, from best to worst: rank, parameters, score,
// figures. Unknown statistics are empty.
func SweepCSV(w io.Writer, s *Sweep) error {
	c := csv.NewWriter(w)
	head := []string{"rank"}
	for _, a := range s.Space {
		head = append(head, a.Name)
	}
	head = append(head, "score", "net_pnl", "fees", "max_drawdown", "sessions", "round_trips", "win_rate", "profit_factor", "expectancy",
		"sharpe", "sortino", "neighbours", "neighbours_mean", "decisions_hash", "error")
	if err := c.Write(head); err != nil {
		return err
	}
	for rank, i := range s.Order {
		if err := c.Write(s.csvRow(rank, &s.Runs[i])); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

func (s *Sweep) csvRow(rank int, r *SweepRun) []string {
	f := &r.Figures
	row := []string{itoa(rank + 1)}
	for k, a := range s.Space {
		row = append(row, a.Values[r.Point[k]])
	}
	if r.Error != "" {
		return append(row, "", "", "", "", "", "", "", "", "", "", "", "", "", "", r.Error)
	}
	text := func(m engine.Money) string { return m.String() }
	return append(row, inFull(r.Score), text(f.Net), text(f.Fees), text(f.MaxDrawdown), itoa(f.Sessions), itoa(f.Trips), inFull(f.WinRate),
		inFull(f.ProfitFactor), inFull(f.Expectancy), inFull(f.Sharpe), inFull(f.Sortino), itoa(r.Around.Neighbours), inFull(r.Around.Mean),
		f.Hash, f.Halted)
}

// inFull is a statistic in full, empty where there is none.
func inFull(x tune.Number) string {
	if !x.Known() {
		return ""
	}
	return strconv.FormatFloat(float64(x), 'g', -1, 64)
}

// windowsCSV writes a row for each step of a walk. Unknown figures are empty.
func windowsCSV(w io.Writer, s *Sweep) error {
	c := csv.NewWriter(w)
	head := []string{"first", "last"}
	for _, a := range s.Space {
		head = append(head, a.Name)
	}
	head = append(head, "train_score", "train_net_pnl", "test_net_pnl", "test_max_drawdown", "test_round_trips", "error")
	if err := c.Write(head); err != nil {
		return err
	}
	for i := range s.Walk.Windows {
		if err := c.Write(s.windowCSV(&s.Walk.Windows[i])); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

func (s *Sweep) windowCSV(w *SweepWindow) []string {
	row := []string{day(w.First), day(w.Last)}
	for k, a := range s.Space {
		text := ""
		if !w.Idle {
			text = a.Values[w.Point[k]]
		}
		row = append(row, text)
	}
	switch {
	case w.Idle:
		return append(row, "", "", "", "", "", "idle")
	case w.Error != "":
		return append(row, inFull(w.Score), w.In.Net.String(), "", "", "", w.Error)
	}
	return append(row, inFull(w.Score), w.In.Net.String(), w.Out.Net.String(), w.Out.MaxDrawdown.String(), itoa(w.Out.Trips), w.Out.Halted)
}

// SweepFiles writes sweep.html, runs.csv (of a walk windows.csv) and sweep.json
// into a folder, which is made where it is missing; sweep.json last, so that a
// folder with a new one is complete.
func SweepFiles(dir string, s *Sweep) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the output folder: %w", err)
	}
	writeJSON := func(w io.Writer, s *Sweep) error {
		text, err := SweepJSON(s)
		if err == nil {
			_, err = w.Write(text)
		}
		return err
	}
	rows, table := SweepCSV, "runs.csv"
	if s.Walk != nil {
		rows, table = windowsCSV, "windows.csv"
	}
	for _, o := range []struct {
		name  string
		write func(io.Writer, *Sweep) error
	}{{"sweep.html", SweepHTML}, {table, rows}, {"sweep.json", writeJSON}} {
		path := filepath.Join(dir, o.name)
		if err := replace(path, func(w io.Writer) error { return o.write(w, s) }); err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
	}
	return nil
}
