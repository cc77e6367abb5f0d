package bridge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// key is the token. One that cannot stand in a header never leaves this program, and
// no attempt without one can succeed.
func (l *Link) key() (string, error) {
	token, err := l.cfg.Token()
	if err != nil {
		return "", err
	}
	if err := CheckToken(token); err != nil {
		return "", err
	}
	return token, nil
}

// CheckToken says why a bearer token cannot be sent; nil = it can. The error is
// ErrUnauthorized and does not tell the token.
func CheckToken(token string) error {
	if token == "" {
		return fmt.Errorf("%w: the token is empty", ErrUnauthorized)
	}
	for _, c := range []byte(token) {
		if c <= ' ' || c >= 0x7f {
			return fmt.Errorf("%w: the token holds a space, a line end or another character that no token has", ErrUnauthorized)
		}
	}
	return nil
}

// dial makes an attempt; the event is Up with the connection, and Down without one.
func (l *Link) dial(ctx context.Context, token string) (*websocket.Conn, Event) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	conn, resp, err := websocket.Dial(ctx, l.cfg.URL, &websocket.DialOptions{
		HTTPClient: straight(l.cfg.Client), HTTPHeader: http.Header{"Authorization": {"Bearer " + token}}, CompressionMode: websocket.CompressionDisabled,
	})
	if err == nil {
		conn.SetReadLimit(MaxFrame)
		return conn, Event{Kind: Up, Date: dateOf(resp)}
	}
	return nil, refusal(resp, plain(err))
}

// plain is an error without the library's own words, which say nothing to whoever reads
// the rest.
func plain(err error) string {
	text := err.Error()
	for _, s := range []string{"failed to WebSocket dial: ", "failed to send handshake request: ", "failed to get reader: ", "failed to read frame header: ", "failed to read frame payload: "} {
		text = strings.TrimPrefix(text, s)
	}
	return text
}

// dateOf is the Date header of an answer: HTTP's own, so that it says nothing of the
// clock of NinjaTrader's machine.
func dateOf(resp *http.Response) time.Time {
	t, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	return t
}

// straight is a client that follows no redirect: each would be one more attempt that
// the schedule knows nothing of, and might carry the key to somebody else.
func straight(c *http.Client) *http.Client {
	if c == nil {
		c = http.DefaultClient
	}
	own := *c
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// refusal is the event of an attempt that failed.
func refusal(resp *http.Response, text string) Event {
	e := Event{Kind: Down, Text: text}
	if resp == nil {
		return e
	}
	e.Code = resp.StatusCode
	switch resp.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		e.Class, e.Fatal = Unauthorized, fmt.Errorf("%w (HTTP %d)", ErrUnauthorized, resp.StatusCode)
		e.Text = e.Fatal.Error()
	case http.StatusTooManyRequests:
		e.Class, e.Text = TooMany, "the broker says that there were too many attempts to connect; the next is made in a minute"
	default:
		e.Text = fmt.Sprintf("the broker does not open the link, it answers HTTP %d %s; it is tried again", resp.StatusCode, http.StatusText(resp.StatusCode))
	}
	return e
}

// takenOver begins the reason of a close when another program has connected. The
// vendor's page ends it with a full stop, which may not be part of it.
const takenOver = "session active elsewhere"

// SessionTaken is the text of a Down of class TakenOver.
const SessionTaken = "another program of the same user took the session"

// ended is the event of a connection that ended.
func ended(err error) Event {
	e := Event{Kind: Down, Text: "the connection broke: " + plain(err)}
	var c websocket.CloseError
	if errors.As(err, &c) {
		e.Code, e.Text = int(c.Code), fmt.Sprintf("the broker closed the link: %d %s", c.Code, c.Reason)
		switch {
		case c.Code != websocket.StatusPolicyViolation:
		case strings.HasPrefix(strings.ToLower(c.Reason), takenOver):
			e.Class, e.Text = TakenOver, SessionTaken
		default:
			e.Class = Abuse
			e.Text += "; the next attempt is made in a minute"
		}
	}
	if errors.Is(err, websocket.ErrMessageTooBig) {
		e.Text = fmt.Sprintf("the broker sent a frame over the bound of %d bytes", MaxFrame)
	}
	return e
}
