package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tollgate/engine/journal"
)

// journalOf20 is a journal of 20 records in several segments.
func journalOf20(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	w, _, err := journal.Open(dir, journal.Options{SegmentBytes: 500})
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i <= 20; i++ {
		payload := fmt.Appendf(nil, `{"quote":%d}`, i)
		switch i {
		case 5:
			payload = []byte{0, 1, 0xff}
		case 6:
			payload = bytes.Repeat([]byte{1}, 100)
		case 7:
			payload = []byte("a\x7fb\nc")
		case 8:
			payload = []byte(strings.Repeat("é", 200))
		}
		if _, err := w.Append(byte(1+i%3), payload); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// runCLI is the command line's status and what it wrote.
func runCLI(args ...string) (status int, out, log string) {
	var o, l bytes.Buffer
	status = Main(args, &o, &l)
	return status, o.String(), l.String()
}

func segmentsOf(t *testing.T, dir string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(dir, "*.seg"))
	if err != nil || len(list) < 3 {
		t.Fatal(list, err)
	}
	return list
}

func TestJournalVerify(t *testing.T) {
	dir := journalOf20(t)
	status, out, log := runCLI("journal", "verify", dir)
	if status != exitOK || !strings.Contains(out, "20 records (1 to 20)") || !strings.Contains(out, "closed by its writer") {
		t.Errorf("whole: %d\n%s%s", status, out, log)
	}
	segments := segmentsOf(t, dir)
	last := segments[len(segments)-1]
	info, err := os.Stat(last)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(last, info.Size()-3); err != nil {
		t.Fatal(err)
	}
	status, out, log = runCLI("journal", "verify", dir)
	if status != exitOK || !strings.Contains(out, last) || !strings.Contains(out, "never finished") {
		t.Errorf("torn: %d\n%s%s", status, out, log)
	}
	b, err := os.ReadFile(segments[1])
	if err != nil {
		t.Fatal(err)
	}
	b[64+30] ^= 1
	if err := os.WriteFile(segments[1], b, 0o600); err != nil {
		t.Fatal(err)
	}
	status, out, log = runCLI("journal", "verify", dir)
	if status != exitFailed || !strings.Contains(log, segments[1]) || !strings.Contains(log, "offset 64") {
		t.Errorf("damaged: %d\n%s%s", status, out, log)
	}
	status, out, log = runCLI("journal", "show", dir)
	if status != exitFailed || !strings.Contains(log, "offset 64") || !strings.Contains(out, `{"quote":1}`) {
		t.Errorf("show of a damaged journal: %d\n%s%s", status, out, log)
	}
}

// describedBy makes records mean something else for one test.
func describedBy(t *testing.T, describe func(byte, []byte) string) {
	old := describeRecord
	describeRecord = describe
	t.Cleanup(func() { describeRecord = old })
}

func TestJournalShow(t *testing.T) {
	dir := journalOf20(t)
	describedBy(t, nil)
	_, out, _ := runCLI("journal", "show", dir)
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if len(lines) != 20 {
		t.Fatalf("%d lines\n%s", len(lines), out)
	}
	for i, want := range map[int]string{
		1: `1  kind 2        11 bytes  {"quote":1}`,
		5: "5  kind 3         3 bytes  0001ff",
		6: "100 bytes  " + strings.Repeat("01", 32) + "...",
		7: `5 bytes  "a\x7fb\nc"`,
		8: "400 bytes  " + strings.Repeat("é", 100) + "...",
	} {
		if !strings.HasSuffix(lines[i-1], want) {
			t.Errorf("line %d is %q, want ... %q", i, lines[i-1], want)
		}
	}
	_, out, _ = runCLI("journal", "show", dir, "--from=15", "--kind=1", "--kind", "2", "--json")
	var numbers []uint64
	for line := range strings.Lines(out) {
		var rec struct {
			Number uint64
			Kind   int
			Text   string
		}
		if err := json.Unmarshal([]byte(line), &rec); err != nil {
			t.Fatal(err)
		}
		if rec.Text != fmt.Sprintf(`{"quote":%d}`, rec.Number) || rec.Kind != 1+int(rec.Number%3) {
			t.Errorf("%+v", rec)
		}
		numbers = append(numbers, rec.Number)
	}
	if fmt.Sprint(numbers) != "[15 16 18 19]" {
		t.Errorf("records %v", numbers)
	}
	_, out, _ = runCLI("journal", "show", dir, "--from=5", "--kind=3", "--json")
	if !strings.HasPrefix(out, `{"number":5,"kind":3,"length":3,"hex":"0001ff"}`+"\n") {
		t.Errorf("bytes as JSON: %s", out)
	}
}

func TestJournalDescribed(t *testing.T) {
	dir := journalOf20(t)
	describedBy(t, func(kind byte, payload []byte) string {
		if kind == 2 {
			return fmt.Sprintf("a quote of %d bytes", len(payload))
		}
		return ""
	})
	_, out, _ := runCLI("journal", "show", dir)
	if strings.Count(out, "a quote of") != 7 || !strings.Contains(out, "0001ff") {
		t.Errorf("%s", out)
	}
}

func TestJournalUsage(t *testing.T) {
	dir := journalOf20(t)
	for _, c := range []struct {
		status int
		says   string
		args   []string
	}{
		{exitUsage, "one DIR", []string{"verify"}},
		{exitUsage, "one DIR", []string{"show"}},
		{exitUsage, "unknown command", []string{"look"}},
		{exitUsage, "1 to 255", []string{"show", dir, "--kind=256"}},
		{exitUsage, "1 to 255", []string{"show", dir, "--kind=0"}},
		{exitUsage, "nowhere", []string{"show", dir + "/nowhere"}},
		{exitFailed, "nowhere", []string{"verify", dir + "/nowhere"}},
		{exitFailed, "no segments", []string{"verify", t.TempDir()}},
		{exitOK, "no such records", []string{"show", dir, "--from=21"}},
	} {
		status, _, log := runCLI(append([]string{"journal"}, c.args...)...)
		if status != c.status || !strings.Contains(log, c.says) {
			t.Errorf("journal %v: %d, %s", c.args, status, log)
		}
	}
}
