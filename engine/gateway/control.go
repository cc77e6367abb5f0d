package gateway

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"
)

// Request is what another process on this machine asks of a running gateway.
type Request struct {
	Key     string // from the control file; shows that the caller may read it
	Do      string // "status", "reload", "rollback" or the name of a Verb
	Account string // of a verb; empty = all
	Name    string // of a strategy, for reload and rollback
	Text    string // the reason, for the record
}

// Response is the answer.
type Response struct {
	Error  string          `json:",omitempty"`
	Text   string          `json:",omitempty"` // for people
	Status json.RawMessage `json:",omitempty"` // a View
}

// ErrNotRunning says that no gateway answers for a data directory.
var ErrNotRunning = errors.New("no gateway is running here")

// Bounds of the control connection.
const (
	controlTimeout = 30 * time.Second
	maxRequest     = 1 << 16
	maxResponse    = 1 << 24
	controlFile    = "control.json"
)

// address is the content of the control file: where a gateway listens on this
// machine, and the key that it wants to see. Only the user can read the file.
type address struct {
	Addr string
	Key  string
}

// Control lets other processes of the same user talk to a gateway, over a loopback
// connection that depends neither on the bus nor on the broker.
type Control struct {
	listener net.Listener
	file     string
	key      string
}

// NewControl opens the door and says in dir where it is.
func NewControl(dir string) (*Control, error) {
	key := make([]byte, 16)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("control: %w", err)
	}
	c := &Control{listener: l, file: filepath.Join(dir, controlFile), key: hex.EncodeToString(key)}
	b, err := json.Marshal(address{l.Addr().String(), c.key})
	if err == nil {
		_ = os.Remove(c.file) // one left behind by a crash may have other permissions
		err = os.WriteFile(c.file, b, 0o600)
	}
	if err != nil {
		_ = l.Close()
		return nil, fmt.Errorf("control: %w", err)
	}
	return c, nil
}

// Serve answers requests until Close, each on a goroutine of its own.
func (c *Control) Serve(handle func(context.Context, Request) Response) {
	for {
		conn, err := c.listener.Accept()
		if err != nil {
			return
		}
		go c.answer(conn, handle)
	}
}

func (c *Control) answer(conn net.Conn, handle func(context.Context, Request) Response) {
	defer func() { _ = conn.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), controlTimeout)
	defer cancel()
	_ = conn.SetDeadline(time.Now().Add(controlTimeout))
	var r Request
	out := Response{Error: "the request cannot be read, or its key is not the one in " + controlFile}
	if json.NewDecoder(io.LimitReader(conn, maxRequest)).Decode(&r) == nil && subtle.ConstantTimeCompare([]byte(r.Key), []byte(c.key)) == 1 {
		out = handle(ctx, r)
	}
	_ = json.NewEncoder(conn).Encode(out)
}

// Close shuts the door and removes the sign on it.
func (c *Control) Close() error {
	return errors.Join(c.listener.Close(), os.Remove(c.file))
}

// Call asks the gateway that runs on a data directory. The error is ErrNotRunning
// when none does.
func Call(dir string, r Request) (Response, error) {
	var a address
	b, err := os.ReadFile(filepath.Join(dir, controlFile))
	if err != nil || json.Unmarshal(b, &a) != nil {
		return Response{}, fmt.Errorf("%w: %s has no %s", ErrNotRunning, dir, controlFile)
	}
	conn, err := net.DialTimeout("tcp", a.Addr, 3*time.Second)
	if err != nil {
		return Response{}, fmt.Errorf("%w: %s names %s, where nobody listens", ErrNotRunning, filepath.Join(dir, controlFile), a.Addr)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(controlTimeout))
	r.Key = a.Key
	if err := json.NewEncoder(conn).Encode(r); err != nil {
		return Response{}, fmt.Errorf("the gateway at %s: %w", a.Addr, err)
	}
	var out Response
	if err := json.NewDecoder(io.LimitReader(conn, maxResponse)).Decode(&out); err != nil {
		return Response{}, fmt.Errorf("the gateway at %s did not answer: %w", a.Addr, err)
	}
	if out.Error != "" {
		return out, errors.New(out.Error)
	}
	return out, nil
}
