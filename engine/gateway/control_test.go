package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// door opens a control door and returns its folder.
func door(t *testing.T, handle func(context.Context, Request) Response) (*Control, string) {
	t.Helper()
	dir := t.TempDir()
	c, err := NewControl(dir)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { defer close(done); c.Serve(handle) }()
	t.Cleanup(func() {
		_ = c.Close()
		<-done
	})
	return c, dir
}

func TestControl(t *testing.T) {
	_, dir := door(t, func(_ context.Context, r Request) Response {
		if r.Do == "fail" {
			return Response{Error: "it cannot be done"}
		}
		return Response{Text: r.Do + " " + r.Account + " " + r.Text}
	})
	got, err := Call(dir, Request{Do: "kill", Account: "Sim101", Text: "enough"})
	if err != nil || got.Text != "kill Sim101 enough" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := Call(dir, Request{Do: "fail"}); err == nil || err.Error() != "it cannot be done" || errors.Is(err, ErrNotRunning) {
		t.Error(err)
	}
	info, err := os.Stat(filepath.Join(dir, controlFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others can read the key: %v, %v", info.Mode(), err)
	}
}

// TestControlTurnsAway whoever does not have the key, and survives it.
func TestControlTurnsAway(t *testing.T) {
	handled := 0
	c, dir := door(t, func(context.Context, Request) Response { handled++; return Response{Text: "yes"} })
	for name, text := range map[string]string{
		"wrong key": `{"Key":"0123456789abcdef0123456789abcdef","Do":"kill"}`, "no key": `{"Do":"kill"}`, "empty key": `{"Key":"","Do":"kill"}`,
		"half the key": `{"Key":"` + c.key[:16] + `","Do":"kill"}`, "garbage": "\x00\xff}{", "another kind": `[1,2]`,
		"too large": `{"Key":"` + strings.Repeat("x", maxRequest) + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", c.listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			if _, err := conn.Write([]byte(text + "\n")); err != nil {
				t.Fatal(err)
			}
			var r Response
			if err := json.NewDecoder(conn).Decode(&r); name != "too large" && (err != nil || r.Error == "") || strings.Contains(r.Error, c.key) {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
	if handled != 0 {
		t.Errorf("%d requests without the key were carried out", handled)
	}
	if r, err := Call(dir, Request{Do: "status"}); err != nil || r.Text != "yes" {
		t.Errorf("after all that: %+v, %v", r, err)
	}
}

func TestNotRunning(t *testing.T) {
	if _, err := Call(t.TempDir(), Request{}); !errors.Is(err, ErrNotRunning) {
		t.Errorf("no file: %v", err)
	}
	c, dir := door(t, nil)
	sign, err := os.ReadFile(filepath.Join(dir, controlFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Call(dir, Request{}); !errors.Is(err, ErrNotRunning) {
		t.Errorf("after the end: %v", err)
	}
	for name, text := range map[string]string{"left behind by a crash": string(sign), "garbage": "x"} {
		if err := os.WriteFile(filepath.Join(dir, controlFile), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Call(dir, Request{}); !errors.Is(err, ErrNotRunning) {
			t.Errorf("%s: %v", name, err)
		}
	}
	again, err := NewControl(dir) // one left behind is no obstacle, nor are its permissions
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, controlFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	_ = again.Close()
	if _, err := NewControl(filepath.Join(dir, "nowhere")); err == nil {
		t.Error("a folder that is not there")
	}
}

// TestControlHangsUp: a gateway that dies while it is asked is an error, not a wait.
func TestControlHangsUp(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	go func() {
		if conn, err := l.Accept(); err == nil {
			_ = conn.Close()
		}
	}()
	dir := t.TempDir()
	b, _ := json.Marshal(address{l.Addr().String(), "k"})
	if err := os.WriteFile(filepath.Join(dir, controlFile), b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Call(dir, Request{}); err == nil || errors.Is(err, ErrNotRunning) {
		t.Error(err)
	}
}
