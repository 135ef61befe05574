"""schema.org's LiveBlogPosting as JSON-LD, in and out: bare, in an array or @graph, or inside an HTML page."""
