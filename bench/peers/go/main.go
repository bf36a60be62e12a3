// golang-jwt with keyfunc as bench/harness/part_peers.py asks each peer: gate, seen, unseen, and serve with net/http.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
)

type claims struct {
	jwt.RegisteredClaims
	UUID      string `json:"uuid"`
	Email     string `json:"email"`
	Name      string `json:"name"`
	SessionID string `json:"sid"`
}

type verifier struct {
	keys   keyfunc.Keyfunc
	parser *jwt.Parser
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func fromEnvironment() verifier {
	origin := os.Getenv("BETTER_AUTH_URL")
	return verifier{
		keys: must(keyfunc.NewJWKSetJSON(json.RawMessage(os.Getenv("JWKS")))),
		parser: jwt.NewParser(
			jwt.WithValidMethods([]string{os.Getenv("ALGORITHM")}),
			jwt.WithIssuer(origin), jwt.WithAudience(origin), jwt.WithExpirationRequired(),
		),
	}
}

func (v verifier) verify(token string) (*claims, error) {
	found := &claims{}
	_, err := v.parser.ParseWithClaims(token, found, v.keys.Keyfunc)
	return found, err
}

func processorTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// nanoseconds verifies the tokens in turn until the time is over; the first quarter is not counted.
func nanoseconds(v verifier, tokens []string, seen bool, seconds time.Duration) float64 {
	next := 0
	verifyNext := func() bool {
		if next == len(tokens) {
			return false
		}
		must(v.verify(tokens[next]))
		if !seen {
			next++
		}
		return true
	}
	for range len(tokens) / 4 {
		verifyNext()
	}
	count, began, end := 0, processorTime(), time.Now().Add(seconds)
	for time.Now().Before(end) && next < len(tokens) {
		for i := 0; i < 100 && verifyNext(); i++ {
			count++
		}
	}
	return float64(processorTime()-began) / float64(count)
}

func serve(v verifier) {
	mux := http.NewServeMux()
	answers := func(pattern string, answer func(*http.Request, *claims) (int, any)) {
		mux.HandleFunc(pattern, func(writer http.ResponseWriter, request *http.Request) {
			token, isBearer := strings.CutPrefix(request.Header.Get("Authorization"), "Bearer ")
			user, err := v.verify(token)
			if !isBearer || err != nil {
				writer.WriteHeader(http.StatusUnauthorized)
				return
			}
			status, body := answer(request, user)
			text := must(json.Marshal(body))
			writer.Header().Set("Content-Type", "application/json")
			writer.Header().Set("Content-Length", strconv.Itoa(len(text))) // without it a long answer goes in chunks
			writer.WriteHeader(status)
			writer.Write(text)
		})
	}
	answers("GET /api/v1/me", func(_ *http.Request, user *claims) (int, any) { return http.StatusOK, user })
	if file := os.Getenv("DATABASE"); file != "" {
		stored := openTasks(file)
		answers("GET /api/v1/{user_id}/tasks", func(request *http.Request, user *claims) (int, any) {
			if user.UUID != request.PathValue("user_id") {
				return http.StatusForbidden, nil
			}
			return http.StatusOK, stored.page(user.UUID)
		})
	}
	panic(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), mux))
}

func main() {
	v := fromEnvironment()
	if os.Args[1] == "serve" {
		serve(v)
	}
	var tokens []string
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		tokens = append(tokens, lines.Text())
	}
	if os.Args[1] == "gate" {
		for _, token := range tokens {
			if _, err := v.verify(token); err == nil {
				fmt.Println("accepted")
			} else {
				fmt.Println("refused")
			}
		}
		return
	}
	seconds := time.Duration(1e9 * must(strconv.ParseFloat(os.Args[2], 64)))
	fmt.Println(nanoseconds(v, tokens, os.Args[1] == "seen", seconds))
}
