"""The wire contract: `.proto` files with the modules made from them beside each."""
