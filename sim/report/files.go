package report

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// outputs are the files of a report, in the order of writing.
var outputs = []struct {
	name  string
	write func(io.Writer, *Run) error
}{
	{"fills.csv", FillsCSV},
	{"orders.csv", OrdersCSV},
	{"equity.csv", EquityCSV},
	{"trips.csv", TripsCSV},
	{"log.txt", LogText},
	{"report.html", HTML},
	{"result.json", writeJSON},
}

// Files writes report.html, fills.csv, orders.csv, equity.csv, trips.csv, log.txt
// and result.json into a folder, which is made where it is missing. Each is
// written beside its place and then moved into it, so no reader sees half a file;
// result.json comes last, so that a folder with a new one is complete. The error
// names the file.
func Files(dir string, run *Run) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the output folder: %w", err)
	}
	for _, o := range outputs {
		path := filepath.Join(dir, o.name)
		if err := replace(path, func(w io.Writer) error { return o.write(w, run) }); err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
	}
	return nil
}

func writeJSON(w io.Writer, run *Run) error {
	b, err := JSON(run)
	if err != nil {
		return err
	}
	_, err = w.Write(b)
	return err
}

// replace puts a new file in the place of an old one, or leaves the old one alone.
func replace(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	b := bufio.NewWriterSize(f, 1<<16)
	if err = write(b); err != nil {
		return err
	}
	if err = b.Flush(); err != nil {
		return err
	}
	if err = f.Chmod(0o644); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
