"""A small outlet on loopback, for the demo and the tests."""

from crawler.sample.posts import Comment, Post, Status, sample_posts
from crawler.sample.wordpress.site import SampleSite

__all__ = ["Comment", "Post", "SampleSite", "Status", "sample_posts"]
