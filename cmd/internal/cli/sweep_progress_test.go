package cli

import (
	"strings"
	"testing"
	"time"
)

func TestSweepProgress(t *testing.T) {
	for columns, want := range map[int]string{12: "[##] 4 of 9", 11: "4 of 9", 7: "4 of 9", 6: "4 of ", 0: ""} {
		if got := narrow("[##]", "4 of 9", columns); got != want {
			t.Errorf("%d columns: %q, want %q", columns, got, want)
		}
	}
	p := sweepProgress{objective: "net", total: 10, best: -1, ran: 3, kept: 1}
	if got := p.line(6 * time.Second); got != "4 of 10 runs (1 from before), best net -1, 12s left" {
		t.Error(got)
	}
	if got := bar(5, 10); got != "[############............]" {
		t.Error(got)
	}
	if got := bar(11, 10); got != "["+strings.Repeat("#", barWidth)+"]" {
		t.Error(got)
	}
}
