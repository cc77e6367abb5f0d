package configs

import (
	"strings"
	"testing"
	"time"
)

func TestLiveSection(t *testing.T) {
	got := decode(t, "live: {entry_wait: 2s, worker_silent: 300ms, on_worker_lost: flatten, takeover: retake, takeover_after: 2m, bus_listen: 127.0.0.1:4222, journal_mb: 64}").Live
	want := Live{2 * time.Second, 300 * time.Millisecond, "flatten", "retake", 2 * time.Minute, "", "127.0.0.1:4222", 64}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := decode(t, "live: {entry_wait: 0}").Live; got != defaultLive() {
		t.Errorf("%+v", got)
	}
	for text, says := range map[string]string{
		"live: {worker_silent: 199ms}":                            "out of range",
		"live: {on_worker_lost: shrug}":                           "not known",
		"live: {takeover_after: 59s}":                             "out of range",
		"live: {bus_url: nats://x:1, bus_listen: 127.0.0.1:4222}": "both given",
		"live: {journal_mb: 15}":                                  "out of range",
	} {
		if _, err := Decode("x.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
