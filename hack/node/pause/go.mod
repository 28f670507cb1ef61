module ironcore-ni/hack/node/pause

go 1.26.0
