// Signs in, places an order, pays it and lists it with the generated client.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"reflect"

	"github.com/google/uuid"

	"fastops-client/fastops"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	url := os.Getenv("FASTOPS_URL")
	visitor, err := fastops.NewClientWithResponses(url)
	if err != nil {
		return err
	}
	credentials := fastops.Login{Email: os.Getenv("FASTOPS_EMAIL"), Password: os.Getenv("FASTOPS_PASSWORD")}
	login, err := visitor.LoginWithResponse(ctx, credentials)
	if err != nil || login.JSON200 == nil {
		return unexpected("signing in", login, err)
	}
	bearer := func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+login.JSON200.AccessToken)
		return nil
	}
	client, err := fastops.NewClientWithResponses(url, fastops.WithRequestEditorFn(bearer))
	if err != nil {
		return err
	}

	branches, err := client.ListBranchesWithResponse(ctx, &fastops.ListBranchesParams{})
	if err != nil || branches.JSON200 == nil {
		return unexpected("listing branches", branches, err)
	}
	branch, limit := branches.JSON200.Data[0].Id, 1
	products, err := client.ListProductsWithResponse(ctx, &fastops.ListProductsParams{Limit: &limit})
	if err != nil || products.JSON200 == nil {
		return unexpected("listing products", products, err)
	}
	product := products.JSON200.Data[0]
	wish := fastops.NewOrder{
		BranchId:  branch,
		OrderType: fastops.Takeaway,
		Lines: []fastops.NewLine{
			{ProductId: product.Id, VariantId: product.Variants[0].Id, Quantity: 2},
		},
	}
	once := &fastops.PlaceOrderParams{IdempotencyKey: uuid.NewString()}
	placed, err := client.PlaceOrderWithResponse(ctx, once, wish)
	if err != nil || placed.JSON201 == nil {
		return unexpected("placing an order", placed, err)
	}
	again, err := client.PlaceOrderWithResponse(ctx, once, wish)
	if err != nil || !reflect.DeepEqual(again.JSON201, placed.JSON201) {
		return unexpected("a retry", again, err)
	}

	order := placed.JSON201
	seen := fmt.Sprintf(`"%d"`, order.Revision)
	payment := fastops.NewPayment{Method: fastops.Cash, Amount: fastops.PaidAmount(order.Total)}
	pay := func() (*fastops.PayOrderResponse, error) {
		params := &fastops.PayOrderParams{IdempotencyKey: uuid.NewString(), IfMatch: &seen}
		return client.PayOrderWithResponse(ctx, order.Id, params, payment)
	}
	paid, err := pay()
	if err != nil || paid.JSON201 == nil || paid.JSON201.Balance.Amount != 0 {
		return unexpected("paying", paid, err)
	}
	refused, err := pay()
	if err != nil || refused.ApplicationproblemJSON412 == nil {
		return unexpected("paying again", refused, err)
	}
	if code := refused.ApplicationproblemJSON412.Code; code != fastops.ProblemCodeVersionConflict {
		return unexpected("paying again", refused, nil)
	}

	wanted := &fastops.ListOrdersParams{BranchId: &branch, After: &paid.JSON201.Position}
	orders, err := client.ListOrdersWithResponse(ctx, wanted)
	if err != nil || orders.JSON200 == nil {
		return unexpected("listing orders", orders, err)
	}
	for _, listed := range orders.JSON200.Data {
		if listed.Id == order.Id && listed.Total == order.Total && listed.Balance.Amount == 0 {
			fmt.Printf("order %d placed, paid and listed\n", order.Number)
			return nil
		}
	}
	return unexpected("the list", orders, nil)
}

// Says what came in place of what was expected.
func unexpected(what string, answer any, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	body := reflect.Indirect(reflect.ValueOf(answer)).FieldByName("Body").Bytes()
	return fmt.Errorf("%s: %s", what, body)
}
